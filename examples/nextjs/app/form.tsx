"use client";

import type { ActionArguments, FormRefusal } from "@gatehouse/client/next";
import { type ReactNode, type SubmitEvent, useActionState, useId, useState } from "react";

export interface Field {
  name: string;
  label: string;
  type?: "text" | "email" | "password";
  autoComplete: string;
  hint?: string;
}

interface FormProps {
  /** A server action of `@gatehouse/client/next`. */
  action: (...args: ActionArguments) => Promise<FormRefusal>;
  fields?: readonly Field[];
  /** What the form sends in addition, such as `return`: the path to go to when it succeeds. */
  hidden?: Record<string, string>;
  submit: ReactNode;
  className?: string;
}

/** A form that says what is wrong with its values. It works without JavaScript, too; with it, the page stays and keeps what was typed. */
export function Form({ action, fields = [], hidden = {}, submit, className }: FormProps) {
  const [refusal, send, isPending] = useActionState<FormRefusal | null, FormData>(action, null);
  const [typed, setTyped] = useState<FormData>();
  const remember = (event: SubmitEvent<HTMLFormElement>) => {
    setTyped(new FormData(event.currentTarget));
  };

  return (
    <form action={send} onSubmit={remember} className={className}>
      {refusal && <p role="alert">{textOf(refusal)}</p>}
      {fields.map((field) => (
        <Input key={field.name} field={field} typed={typed?.get(field.name)} wrong={refusal?.fields[field.name]} />
      ))}
      {Object.entries(hidden).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      <button aria-disabled={isPending}>{submit}</button>
    </form>
  );
}

interface InputProps {
  field: Field;
  typed: FormDataEntryValue | null | undefined;
  wrong: string | undefined;
}

function Input({ field: { name, label, type = "text", autoComplete, hint }, typed, wrong }: InputProps) {
  const id = useId();
  const note = wrong === undefined ? hint : `${label} ${wrong}`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        defaultValue={type === "password" || typeof typed !== "string" ? "" : typed}
        required
        aria-invalid={wrong !== undefined}
        aria-describedby={note === undefined ? undefined : `${id}-note`}
      />
      {note !== undefined && <p id={`${id}-note`}>{note}</p>}
    </div>
  );
}

function textOf({ message, retryAfter }: FormRefusal): string {
  return retryAfter === null ? message : `${message}. Try again in ${retryAfter} seconds.`;
}
