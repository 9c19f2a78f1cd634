/** What a client is told once, and what a single call may be told besides. */

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** Where the service is, such as `http://127.0.0.1:8000`. A path in it goes before every path, as behind a gateway. */
  url: string;
  /** A key of the service. Whoever has it can change every user, so it stays in the back end. */
  apiKey: string;
  /** The longest that a call may take, with all its repetitions; 5,000. */
  timeoutMs?: number;
  /** How often a call is repeated at most, where that is safe; 2. */
  retries?: number;
  /** What sends requests in place of the global `fetch`. */
  fetch?: Fetch;
}

export interface CallOptions {
  /** Ends the call, which then fails with the signal's reason. */
  signal?: AbortSignal;
  timeoutMs?: number;
  retries?: number;
  /** The address of the browser for which the back end asks. Rate limits and the lockout count it. */
  clientAddress?: string;
  /** That browser's `User-Agent`; without `clientAddress` it is ignored. */
  userAgent?: string;
  /** What finds the request in the logs: 1 to 64 letters, digits, dots, underscores or hyphens. */
  requestId?: string;
}

export interface LoginOptions extends CallOptions {
  /** The token of this device from its cookie, or `new`, for which a login answers one. A device that is known is not locked out by strangers. */
  deviceToken?: string;
}

export interface ChangeOptions extends CallOptions {
  /** The `etag` of `users.tagged()`: a user who has changed since stays as is, and the refusal is `version_mismatch`. */
  ifMatch?: string;
}

export interface ListOptions extends CallOptions {
  /** How many are asked for at once, from 1 to 1,000; 100. */
  limit?: number;
}

export interface PageOptions extends ListOptions {
  /** `next` of the page before. */
  after?: string;
}

/** Visible ASCII: what may stand in a header field, and what every session, token and key of the service is made of. */
export const VISIBLE = /^[\x21-\x7e]+$/;

/** The header field of the version that was seen. */
export function conditionOf({ ifMatch }: ChangeOptions): Record<string, string> {
  if (ifMatch === undefined) return {};
  if (!VISIBLE.test(ifMatch)) throw new TypeError("ifMatch must be visible ASCII characters");
  return { "If-Match": ifMatch };
}

/** 128 random bits in hexadecimal. */
export function drawnName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Of a request that the service does once, however often it comes. */
export function onceOnly() {
  return { repeatable: true, once: true, fields: { "Idempotency-Key": drawnName() } };
}

/** The header field of a device's token. What cannot be one, such as a cookie that was tampered with, counts as `new`. */
export function deviceFieldOf({ deviceToken }: LoginOptions): Record<string, string> {
  return deviceToken === undefined ? {} : { "X-Device-Token": VISIBLE.test(deviceToken) ? deviceToken : "new" };
}

const USER_AGENT_CHARACTERS_MAX = 512;

/**
 * The header fields that a call's options mean. Throws a TypeError, which does not repeat the value, for what cannot stand in one;
 * `fetch` would throw one that does.
 */
export function fieldsOf(options: CallOptions): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const [option, field] of [["clientAddress", "X-Client-Address"], ["requestId", "X-Request-Id"]] as const) {
    const value = options[option];
    if (value === undefined) continue;
    if (!VISIBLE.test(value)) throw new TypeError(`${option} must be visible ASCII characters`);
    fields[field] = value;
  }
  if (options.userAgent) {
    fields["X-Client-User-Agent"] = options.userAgent.slice(0, USER_AGENT_CHARACTERS_MAX).replace(/[^\x20-\x7e]/g, "?").trim();
  }
  return fields;
}

/** The service's URL without a slash at its end. Throws a TypeError for anything else. */
export function baseOf(url: string): string {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // Not even a URL; told below, without the value, which may hold a password.
  }
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password || parsed.search || parsed.hash) {
    throw new TypeError("url must be an http or https URL without user, query or fragment");
  }
  return parsed.href.replace(/\/+$/, "");
}
