import { verifyEmail } from "@gatehouse/client/next";
import type { Metadata } from "next";

import { Form } from "../../form";
import { parameter, type Query } from "../../notice";

export const metadata: Metadata = { title: "Verify your email" };

/** The page that the mail's link leads to. It has a button because mail scanners open links, too. */
export default async function VerifyEmail({ searchParams }: { searchParams: Query }) {
  const token = await parameter(searchParams, "token");
  return (
    <>
      <h1>Verify your email</h1>
      <Form action={verifyEmail} hidden={{ token, return: "/dashboard?notice=verified" }} submit="Verify my email" />
    </>
  );
}
