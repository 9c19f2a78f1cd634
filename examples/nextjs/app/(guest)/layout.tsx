import { getServerSession } from "@gatehouse/client/next";
import { SessionProvider } from "@gatehouse/client/react";
import type { ReactNode } from "react";

/** The pages of who is not logged in. The provider tells the browser's other tabs so after a logout. */
export default async function GuestLayout({ children }: { children: ReactNode }) {
  return (
    <SessionProvider session={await getServerSession()}>
      <main className="card">
        <p className="brand">Lighthouse</p>
        {children}
      </main>
    </SessionProvider>
  );
}
