/**
 * Logins for Next.js, in the App Router: the session of a request, server actions for forms, and a proxy in front of protected pages.
 *
 * The functions read `API_URL` and `API_KEY` at their first use. createAuth() makes the same functions for other settings.
 */

import type { Account, VerifiedSession } from "../model.js";
import type { RequireOptions } from "./auth.js";
import { environmentAuth } from "./environment.js";
import type { OwnSession } from "./own_sessions.js";

export type { AccountForms } from "./account.js";
export {
  changeEmail, changePassword, confirmEmail, endOtherSessions, endSession, forgotPassword, resendVerification, resetPassword, signIn,
  signOut, signUp, verifyEmail,
} from "./actions.js";
export { type Auth, type AuthOptions, createAuth, type RequireOptions } from "./auth.js";
export type { BrowserOptions } from "./browser.js";
export { DEVICE_COOKIE, SESSION_COOKIE } from "./cookies.js";
export type { ActionArguments, FormRefusal } from "./forms.js";
export type { OwnSession } from "./own_sessions.js";
export { createProxy, type ProxyOptions } from "./proxy.js";
export { returnPath } from "./return_path.js";

/** The request's session and its user; null without a valid session. It works as in the documentation of the Express service. */
export function getServerSession(): Promise<VerifiedSession | null> {
  return environmentAuth().getServerSession();
}

/** The open sessions of the request's user, newest first; empty without a session. */
export function getSessions(): Promise<OwnSession[]> {
  return environmentAuth().getSessions();
}

/** The state of the account of the request's user; null without a session. */
export function getAccount(): Promise<Account | null> {
  return environmentAuth().getAccount();
}

/** The GET of `app/api/session/route.ts`, for `SessionProvider` of `@gatehouse/client/react`. */
export function sessionRoute(): Promise<Response> {
  return environmentAuth().sessionRoute();
}

/** Like getServerSession(), but redirects visitors without a session to the login. */
export function requireSession(options?: RequireOptions): Promise<VerifiedSession> {
  return environmentAuth().requireSession(options);
}
