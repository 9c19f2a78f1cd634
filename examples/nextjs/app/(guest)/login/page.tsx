import { getServerSession, returnPath, signIn } from "@gatehouse/client/next";
import type { Metadata } from "next";
import Link from "next/link";
import { redirect } from "next/navigation";

import { Form } from "../../form";
import { Notice, parameter, type Query } from "../../notice";

export const metadata: Metadata = { title: "Log in" };

const fields = [
  { name: "email", label: "Email", type: "email", autoComplete: "username" },
  { name: "password", label: "Password", type: "password", autoComplete: "current-password" },
] as const;

export default async function Login({ searchParams }: { searchParams: Query }) {
  const back = returnPath(await parameter(searchParams, "return"), "/dashboard");
  if (await getServerSession()) redirect(back);
  return (
    <>
      <h1>Log in</h1>
      <Notice query={searchParams} texts={{ reset: "Your password has been changed. Log in with the new one." }} />
      <Form action={signIn} fields={fields} hidden={{ return: back }} submit="Log in" />
      <p>
        <Link href="/forgot-password">Forgotten your password?</Link>
      </p>
      <p>
        New here? <Link href="/signup">Create an account</Link>
      </p>
    </>
  );
}
