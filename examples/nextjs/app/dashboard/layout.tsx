import { requireSession, signOut } from "@gatehouse/client/next";
import { SessionProvider } from "@gatehouse/client/react";
import Link from "next/link";
import type { ReactNode } from "react";

import { SignedIn } from "../signed_in";

export default async function DashboardLayout({ children }: { children: ReactNode }) {
  return (
    <SessionProvider session={await requireSession()}>
      <SignedIn>
        <header>
          <Link href="/dashboard" className="brand">
            Lighthouse
          </Link>
          <nav aria-label="Account">
            <Link href="/dashboard/email">Change email</Link>
            <Link href="/dashboard/password">Change password</Link>
            <form action={signOut}>
              <button className="quiet">Log out</button>
            </form>
          </nav>
        </header>
        <main>{children}</main>
      </SignedIn>
    </SessionProvider>
  );
}
