import { resetPassword } from "@gatehouse/client/next";
import type { Metadata } from "next";
import Link from "next/link";

import { Form } from "../../form";
import { parameter, type Query } from "../../notice";

export const metadata: Metadata = { title: "New password" };

const fields = [{ name: "password", label: "New password", type: "password", autoComplete: "new-password" }] as const;

/** The page that the mail's link leads to, and a login whose password must be replaced. */
export default async function ResetPassword({ searchParams }: { searchParams: Query }) {
  const token = await parameter(searchParams, "token");
  return (
    <>
      <h1>New password</h1>
      <Form action={resetPassword} fields={fields} hidden={{ token, return: "/login?notice=reset" }} submit="Set password" />
      <p>
        <Link href="/forgot-password">Send me another link</Link>
      </p>
    </>
  );
}
