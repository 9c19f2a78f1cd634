import { forgotPassword } from "@gatehouse/client/next";
import type { Metadata } from "next";
import Link from "next/link";

import { Form } from "../../form";
import { Notice, type Query } from "../../notice";

export const metadata: Metadata = { title: "Forgotten password" };

const fields = [{ name: "email", label: "Email", type: "email", autoComplete: "username" }] as const;

export default function ForgotPassword({ searchParams }: { searchParams: Query }) {
  return (
    <>
      <h1>Forgotten password</h1>
      <Notice query={searchParams} texts={{ sent: "If there is an account with this email, a link is on its way to it." }} />
      <Form action={forgotPassword} fields={fields} hidden={{ return: "/forgot-password?notice=sent" }} submit="Send me a link" />
      <p>
        <Link href="/login">Back to the login</Link>
      </p>
    </>
  );
}
