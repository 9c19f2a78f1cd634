import { changeEmail, requireSession } from "@gatehouse/client/next";
import type { Metadata } from "next";

import { Form } from "../../form";

export const metadata: Metadata = { title: "Change email" };

const fields = [
  { name: "email", label: "New email", type: "email", autoComplete: "email" },
  { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
] as const;

export default async function ChangeEmail() {
  const { user } = await requireSession({ return: "/dashboard/email" });
  return (
    <section className="narrow">
      <h1>Change email</h1>
      <p>{`It is ${user.email} until you follow the link that is sent to the new one.`}</p>
      <Form action={changeEmail} fields={fields} hidden={{ return: "/dashboard?notice=email-sent" }} submit="Send me a link" />
    </section>
  );
}
