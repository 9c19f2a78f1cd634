import { signIn } from "@gatehouse/client/next";

import { Form } from "../form";

export default async function Login({ searchParams }) {
  const { return: back = "" } = await searchParams;
  return <Form action={signIn} names={["email", "password"]} back={back} />;
}
