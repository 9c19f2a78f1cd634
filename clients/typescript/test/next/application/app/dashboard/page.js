import { requireSession, signOut } from "@gatehouse/client/next";

export default async function Dashboard() {
  const { user } = await requireSession({ return: "/dashboard" });
  return (
    <main>
      <p>{`Dashboard of ${user.email}`}</p>
      <form action={signOut}>
        <button>Log out</button>
      </form>
    </main>
  );
}
