import { confirmEmail } from "@gatehouse/client/next";
import type { Metadata } from "next";

import { Form } from "../../form";
import { parameter, type Query } from "../../notice";

export const metadata: Metadata = { title: "Confirm your new email" };

/** The page that the link in the mail to the new address leads to. */
export default async function ConfirmEmail({ searchParams }: { searchParams: Query }) {
  const token = await parameter(searchParams, "token");
  return (
    <>
      <h1>Confirm your new email</h1>
      <Form action={confirmEmail} hidden={{ token, return: "/dashboard?notice=email" }} submit="Use this email" />
    </>
  );
}
