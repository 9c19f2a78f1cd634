import { getServerSession } from "@gatehouse/client/next";
import { SessionProvider } from "@gatehouse/client/react";
import type { ReactNode } from "react";

/** The layout of pages for visitors who are not logged in. After a logout, the provider tells the browser's other tabs. */
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
