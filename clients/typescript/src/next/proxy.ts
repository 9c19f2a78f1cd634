import { NextResponse } from "next/server";
import type { NextRequest } from "next/server.js";

import type { Client } from "../client.js";
import { isGatehouseError, isGatehouseUnavailable } from "../errors.js";
import { type BrowserOptions, browserOf } from "./browser.js";
import { keepSession, SESSION_COOKIE } from "./cookies.js";
import { protectionOf } from "./protection.js";
import { clientOfEnvironment } from "./settings.js";

export interface ProxyOptions extends BrowserOptions {
  /** The paths that require a login, such as `/dashboard/:path*`. */
  protect: readonly string[];
  /** The path of the login page; `/login` by default. */
  login?: string;
  /** The client; by default one for `API_URL` and `API_KEY`. */
  client?: Client;
}

/**
 * Makes the default export of `proxy.ts` (`middleware.ts` before Next.js 16). It redirects visitors without a session to the login, with
 * the path to return to. Use extends a session, so it also extends the cookie. While the service cannot be asked, it answers requests
 * for protected pages with a 503.
 *
 * It only saves pages from being rendered in vain. Guard what a page shows with requireSession() in the page itself: a proxy sees paths,
 * and server actions and other routes have other paths.
 */
export function createProxy(options: ProxyOptions): (request: NextRequest) => Promise<Response> {
  const { login = "/login" } = options;
  const isProtected = protectionOf(options.protect);
  if (isProtected(login)) throw new TypeError("protect: the login's own page cannot want a login");
  let client = options.client;

  return async (request) => {
    const { pathname, search } = request.nextUrl;
    if (!isProtected(pathname)) return NextResponse.next();
    client ??= clientOfEnvironment();
    try {
      const session = request.cookies.get(SESSION_COOKIE)?.value;
      const verified = await client.session.verify(session, browserOf(request.headers, options));
      if (session === undefined || verified === null) return toLogin(request, login, pathname + search);
      const response = NextResponse.next();
      // Next.js lets shared caches keep a page that was rendered in advance, and they would keep the cookie with it.
      response.headers.set("Cache-Control", "private, no-store");
      if (loadsPage(request)) keepSession(response.cookies, session, verified.expiresAt);
      return response;
    } catch (error) {
      if (!isPassing(error)) throw error;
      return new Response("Service temporarily unavailable", { status: 503, headers: { "Retry-After": "1" } });
    }
  };
}

/** The service, or the gateway in front of it, cannot answer now. */
function isPassing(error: unknown): boolean {
  return isGatehouseUnavailable(error) || (isGatehouseError(error) && [429, 502, 503, 504].includes(error.status));
}

/** A form that was sent without a session must not be sent again to the login: a 303 makes the browser GET that page instead. */
function toLogin(request: NextRequest, login: string, back: string): Response {
  const target = request.nextUrl.clone();
  target.pathname = login;
  target.search = "";
  if (reads(request)) target.searchParams.set("return", back);
  return NextResponse.redirect(target, reads(request) ? 307 : 303);
}

/**
 * Whether the request loads a page, or fetches one for a page that changes in place. Other requests leave the cookie alone: a form may be
 * the logout's, whose answer removes the cookie; and what is embedded in a page may be answered after a login has replaced the cookie,
 * which would overwrite the new session with the old one. Old browsers do not send the field.
 */
function loadsPage(request: NextRequest): boolean {
  return reads(request) && ["document", "empty", null].includes(request.headers.get("sec-fetch-dest"));
}

function reads({ method }: NextRequest): boolean {
  return method === "GET" || method === "HEAD";
}
