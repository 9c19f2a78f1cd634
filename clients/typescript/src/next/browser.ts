/** What a request's header fields say about the browser: its address and user agent, and whether a form was sent by this site. */

import type { CallOptions } from "../options.js";

/** What `await headers()` and the headers of a request have in common. */
export interface Fields {
  get(name: string): string | null;
}

export interface BrowserOptions {
  /**
   * How many proxies in front of the application add to `X-Forwarded-For`; 1 by default. The address is that many entries from the
   * right; anybody may have made up the entries to the left of it. With 0 there is no proxy, and no address is passed on, because Next.js
   * keeps a field that the browser sent.
   */
  proxies?: number;
  /** Further hosts, such as `www.example.com`, whose pages may send forms to this one. */
  allowedOrigins?: readonly string[];
}

/** The call options that describe the browser for which the service is asked. */
export function browserOf(fields: Fields, { proxies = 1 }: BrowserOptions): CallOptions {
  const forwarded = (fields.get("x-forwarded-for") ?? "").split(",").map((entry) => entry.trim());
  const clientAddress = proxies > 0 ? forwarded[forwarded.length - proxies] : undefined;
  const userAgent = fields.get("user-agent");
  return clientAddress ? { clientAddress, ...(userAgent !== null && { userAgent }) } : {};
}

/**
 * Whether a form comes from a page of this site. Browsers say where a form comes from, so a form without this information is refused:
 * another site could otherwise log its visitors in to an account of its own.
 */
export function isOwnForm(fields: Fields, { allowedOrigins = [] }: BrowserOptions): boolean {
  const origin = fields.get("origin");
  if (origin === null) return fields.get("sec-fetch-site") === "same-origin";
  const host = fields.get("x-forwarded-host") ?? fields.get("host");
  const sender = URL.canParse(origin) ? new URL(origin).host : "";
  return sender !== "" && (sender === host || allowedOrigins.includes(sender));
}
