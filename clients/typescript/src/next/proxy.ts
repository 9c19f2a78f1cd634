import { NextResponse } from "next/server";
import type { NextRequest } from "next/server.js";

import type { Client } from "../client.js";
import { isGatehouseUnavailable } from "../errors.js";
import { type BrowserOptions, browserOf } from "./browser.js";
import { keepSession, SESSION_COOKIE } from "./cookies.js";
import { protectionOf } from "./protection.js";
import { clientOfEnvironment } from "./settings.js";

export interface ProxyOptions extends BrowserOptions {
  /** The paths that want a login, such as `/dashboard/:path*`. */
  protect: readonly string[];
  /** The path of the login's page; `/login`. */
  login?: string;
  /** The client; one for `API_URL` and `API_KEY`. */
  client?: Client;
}

/**
 * What `proxy.ts` (`middleware.ts` before Next.js 16) has as its default export. Who has no session is sent to the login with the way
 * back. Use extends a session, and so its cookie. While the service cannot be asked, protected pages are a 503.
 *
 * It saves pages from being rendered in vain. What a page shows is guarded by requireSession() in the page: a proxy sees paths, and
 * server actions and other routes have others.
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
      if (loadsPage(request)) keepSession(response.cookies, session, verified.expiresAt);
      return response;
    } catch (error) {
      if (!isGatehouseUnavailable(error)) throw error;
      return new Response("Service temporarily unavailable", { status: 503, headers: { "Retry-After": "1" } });
    }
  };
}

/** A form that was sent without a session is not sent again to the login: the browser asks for that page. */
function toLogin(request: NextRequest, login: string, back: string): Response {
  const target = request.nextUrl.clone();
  target.pathname = login;
  target.search = "";
  if (reads(request)) target.searchParams.set("return", back);
  return NextResponse.redirect(target, reads(request) ? 307 : 303);
}

/**
 * A page that is loaded, or fetched by one that changes in its place. Other requests leave the cookie alone: a form may be the logout's,
 * whose answer takes it away, and what a page shows inside may be answered after a login has replaced it, and would write the old session
 * over the new one. Old browsers do not send the field.
 */
function loadsPage(request: NextRequest): boolean {
  return reads(request) && ["document", "empty", null].includes(request.headers.get("sec-fetch-dest"));
}

function reads({ method }: NextRequest): boolean {
  return method === "GET" || method === "HEAD";
}
