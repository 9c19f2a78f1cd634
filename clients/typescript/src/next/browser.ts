/** What a request's header fields say of the browser: its address and user agent, and whether a form was sent by this site. */

import type { CallOptions } from "../options.js";

/** What both `await headers()` and a request have. */
export interface Fields {
  get(name: string): string | null;
}

export interface BrowserOptions {
  /**
   * How many proxies stand before the application and add to `X-Forwarded-For`; 1. The address is that many entries from its right:
   * what stands left of it may be anybody's invention. 0: no proxy, and no address is told, for Next.js keeps a field that the
   * browser sent.
   */
  proxies?: number;
  /** Further hosts, such as `www.example.com`, whose pages may send forms to this one. */
  allowedOrigins?: readonly string[];
}

/** The browser for which the service is asked. */
export function browserOf(fields: Fields, { proxies = 1 }: BrowserOptions): CallOptions {
  const forwarded = (fields.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  const clientAddress = proxies > 0 ? forwarded[forwarded.length - proxies] : undefined;
  const userAgent = fields.get("user-agent");
  return clientAddress ? { clientAddress, ...(userAgent !== null && { userAgent }) } : {};
}

/**
 * Whether a form comes from a page of this site. Browsers say where a form comes from, so one that says nothing is refused: another
 * site could otherwise log its visitors in under a name of its own.
 */
export function isOwnForm(fields: Fields, { allowedOrigins = [] }: BrowserOptions): boolean {
  const origin = fields.get("origin");
  if (origin === null) return fields.get("sec-fetch-site") === "same-origin";
  const host = fields.get("x-forwarded-host") ?? fields.get("host");
  const sender = URL.canParse(origin) ? new URL(origin).host : "";
  return sender !== "" && (sender === host || allowedOrigins.includes(sender));
}
