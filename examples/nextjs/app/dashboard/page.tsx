import { endOtherSessions, getAccount, getSessions, requireSession, resendVerification } from "@gatehouse/client/next";
import type { Metadata } from "next";

import { Form } from "../form";
import { Notice, type Query } from "../notice";
import { SessionItem } from "./session_item";

export const metadata: Metadata = { title: "Dashboard" };

const notices = {
  verified: "Your email is verified.",
  sent: "A link is on its way to your email.",
  "email-sent": "A link is on its way to your new email.",
  email: "Your email has been changed.",
  password: "Your password has been changed, and all other sessions have ended.",
  ended: "The session has ended.",
  "others-ended": "All other sessions have ended.",
};

export default async function Dashboard({ searchParams }: { searchParams: Query }) {
  const { user } = await requireSession({ return: "/dashboard" });
  const [account, sessions] = await Promise.all([getAccount(), getSessions()]);
  return (
    <>
      <h1>{`Hello ${user.first_name}`}</h1>
      <Notice query={searchParams} texts={notices} />
      {account?.emailVerifiedAt === null && (
        <section className="warning" aria-label="Email">
          <p>{`${user.email} is not verified yet.`}</p>
          <Form action={resendVerification} hidden={{ email: user.email, return: "/dashboard?notice=sent" }} submit="Send me the link" />
        </section>
      )}
      <section aria-labelledby="sessions">
        <h2 id="sessions">Where you are logged in</h2>
        <ul>
          {sessions.map((session) => (
            <SessionItem key={session.id} session={session} />
          ))}
        </ul>
        {sessions.length > 1 && <Form action={endOtherSessions} hidden={{ return: "/dashboard?notice=others-ended" }} submit="End all other sessions" className="quiet" />}
        <p>{`Known devices: ${account?.devices ?? 0}. Strangers who guess your password cannot lock them out.`}</p>
      </section>
    </>
  );
}
