"use client";

import { useActionState } from "react";

/** A form that shows why it was refused, also without JavaScript. */
export function Form({ action, names, back }) {
  const [refusal, send] = useActionState(action, null);
  return (
    <form action={send}>
      {names.map((name) => (
        <input key={name} name={name} aria-label={name} />
      ))}
      <input type="hidden" name="return" defaultValue={back} />
      {refusal && <p role="alert">{JSON.stringify(refusal)}</p>}
      <button>Go</button>
    </form>
  );
}
