import { signUp } from "@gatehouse/client/next";
import type { Metadata } from "next";
import Link from "next/link";

import { Form } from "../../form";

export const metadata: Metadata = { title: "Create an account" };

const fields = [
  { name: "first_name", label: "First name", autoComplete: "given-name" },
  { name: "last_name", label: "Last name", autoComplete: "family-name" },
  { name: "email", label: "Email", type: "email", autoComplete: "username" },
  { name: "password", label: "Password", type: "password", autoComplete: "new-password", hint: "A few words that only you put together" },
] as const;

export default function SignUp() {
  return (
    <>
      <h1>Create an account</h1>
      <Form action={signUp} fields={fields} hidden={{ return: "/dashboard" }} submit="Create account" />
      <p>
        Already have one? <Link href="/login">Log in</Link>
      </p>
    </>
  );
}
