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
 * What `proxy.ts` exports (`middleware.ts` before Next.js 16). Who has no session is sent to the login with the way back. Use extends
 * a session, and so its cookie. While the service cannot be asked, protected pages are a 503.
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
      // A form may be the logout's, whose answer takes the cookie away.
      if (reads(request)) keepSession(response.cookies, session, verified.expiresAt);
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

function reads({ method }: NextRequest): boolean {
  return method === "GET" || method === "HEAD";
}
