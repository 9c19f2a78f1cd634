"use client";

/** Who is logged in, for components that run in the browser. The session itself stays in its HttpOnly cookie. */

import { createContext, createElement, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";

import type { VerifiedSession } from "../model.js";
import { type Load, LOAD_MS, type SessionState, SessionStore } from "./store.js";

export type { Load, SessionState } from "./store.js";

export interface SessionProviderProps {
  children?: ReactNode;
  /** What the server knew when it rendered the page. Without it, the first state is `loading`, and the application is asked. */
  session?: VerifiedSession | null;
  /**
   * Where to ask: a path of this application that answers `{ "session": … }`, such as `sessionRoute` of `@gatehouse/client/next`;
   * `/api/session` by default.
   */
  url?: string;
  /** Asks the application in place of a request to `url`. */
  load?: Load;
}

const StoreContext = createContext<SessionStore | null>(null);

/** Makes useSession() work below it. The tabs of a browser agree: one asks for all, and a logout in one is seen in the others. */
export function SessionProvider({ children, session, url = "/api/session", load }: SessionProviderProps): ReactNode {
  const [store] = useState(() => new SessionStore(load ?? (() => loadFrom(url)), session));
  // Each new page from the server brings a new object, so sessions are compared by content.
  const told = session === undefined ? null : JSON.stringify(session);
  useEffect(() => store.start(told === null ? undefined : (JSON.parse(told) as VerifiedSession | null)), [store, told]);
  return createElement(StoreContext.Provider, { value: store }, children);
}

/** Who is logged in. `refresh()` asks again, and rejects if the application cannot be asked. */
export function useSession(): SessionState & { refresh: () => Promise<void> } {
  const store = useContext(StoreContext);
  if (store === null) throw new Error("useSession() needs a <SessionProvider> above it");
  const state = useSyncExternalStore(store.subscribe, store.state, store.state);
  return { ...state, refresh: store.refresh };
}

async function loadFrom(url: string): Promise<VerifiedSession | null> {
  const response = await fetch(url, { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(LOAD_MS) });
  if (!response.ok) throw new Error(`${url} answered with status ${response.status}`);
  return ((await response.json()) as { session: VerifiedSession | null }).session;
}
