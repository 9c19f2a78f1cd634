import { signUp } from "@gatehouse/client/next";

import { Form } from "../form";

export default function SignUp() {
  return <Form action={signUp} names={["first_name", "last_name", "email", "password"]} back="/dashboard" />;
}
