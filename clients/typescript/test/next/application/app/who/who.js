"use client";

import { useSession } from "@gatehouse/client/react";

export function Who() {
  const { status, user } = useSession();
  return <p>{`${status}: ${user?.email ?? "nobody"}`}</p>;
}
