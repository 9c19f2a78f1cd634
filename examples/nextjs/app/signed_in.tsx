"use client";

import { useSession } from "@gatehouse/client/react";
import { type ReactNode, useEffect } from "react";

/** Removes the page when its user has logged out in another tab, or comes back to it through the history. */
export function SignedIn({ children }: { children: ReactNode }) {
  const hasEnded = useSession().status === "unauthenticated";
  useEffect(() => {
    if (hasEnded) location.replace("/login");
  }, [hasEnded]);
  return hasEnded ? null : children;
}
