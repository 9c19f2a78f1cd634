import { endSession, type OwnSession } from "@gatehouse/client/next";

import { Form } from "../form";

const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });

export function SessionItem({ session }: { session: OwnSession }) {
  const browser = browserName(session.userAgent ?? "");
  const submit = (
    <>
      End<span className="unseen">{` the session of ${browser}`}</span>
    </>
  );
  return (
    <li>
      <div>
        <strong>{browser}</strong>
        {session.current && <span className="badge">this one</span>}
        <p>{`${session.ipAddress ?? "unknown address"} · since ${day.format(new Date(session.createdAt))} UTC`}</p>
      </div>
      {!session.current && <Form action={endSession} hidden={{ id: String(session.id), return: "/dashboard?notice=ended" }} submit={submit} className="quiet" />}
    </li>
  );
}

/** A name such as "Firefox on Linux", which is good enough for the person who uses the browser. */
function browserName(userAgent: string): string {
  const browser = /Edg|OPR|Firefox|Chrome|Safari/.exec(userAgent)?.[0];
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(userAgent)?.[0];
  return [browser ?? "A browser", system].filter(Boolean).join(" on ");
}
