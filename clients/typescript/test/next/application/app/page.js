import { getServerSession } from "@gatehouse/client/next";

export default async function Home() {
  const session = await getServerSession();
  return <p>{session ? `Welcome back, ${session.user.first_name}` : "Welcome, stranger"}</p>;
}
