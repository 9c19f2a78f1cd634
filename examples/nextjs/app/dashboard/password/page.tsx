import { changePassword, requireSession } from "@gatehouse/client/next";
import type { Metadata } from "next";

import { Form } from "../../form";

export const metadata: Metadata = { title: "Change password" };

const fields = [
  { name: "currentPassword", label: "Current password", type: "password", autoComplete: "current-password" },
  { name: "newPassword", label: "New password", type: "password", autoComplete: "new-password" },
] as const;

export default async function ChangePassword() {
  await requireSession({ return: "/dashboard/password" });
  return (
    <section className="narrow">
      <h1>Change password</h1>
      <p>This ends all of your other sessions.</p>
      <Form action={changePassword} fields={fields} hidden={{ return: "/dashboard?notice=password" }} submit="Change password" />
    </section>
  );
}
