/** The options of a client, and those of a single call. */

export type Fetch = (input: string, init: RequestInit) => Promise<Response>;

export interface ClientOptions {
  /** The address of the service, such as `http://127.0.0.1:8000`. A path in it is put in front of every path, as a gateway may need. */
  url: string;
  /** An API key of the service. Whoever has it can change every user, so keep it in the back end. */
  apiKey: string;
  /** The longest that a call may take, including all its repetitions; 5,000 by default. */
  timeoutMs?: number;
  /** How often a call is repeated at most, if repeating it is safe; 2 by default. */
  retries?: number;
  /** Sends the requests in place of the global `fetch`. */
  fetch?: Fetch;
}

export interface CallOptions {
  /** Ends the call, which then fails with the signal's reason. */
  signal?: AbortSignal;
  timeoutMs?: number;
  retries?: number;
  /** The address of the browser on whose behalf the back end calls. Rate limits and the lockout count by address. */
  clientAddress?: string;
  /** That browser's `User-Agent`; without `clientAddress` it is ignored. */
  userAgent?: string;
  /** Identifies the request in the logs: 1 to 64 letters, digits, dots, underscores or hyphens. */
  requestId?: string;
}

export interface LoginOptions extends CallOptions {
  /**
   * The device's token from its cookie, or `new` to have a login return one. Strangers who guess passwords cannot lock out a known
   * device.
   */
  deviceToken?: string;
}

export interface ChangeOptions extends CallOptions {
  /** The `etag` from `users.tagged()`. If the user has changed since, nothing is changed and the refusal is `version_mismatch`. */
  ifMatch?: string;
}

export interface ListOptions extends CallOptions {
  /** How many items one request asks for, from 1 to 1,000; 100 by default. */
  limit?: number;
}

export interface PageOptions extends ListOptions {
  /** `next` of the previous page. */
  after?: string;
}

/** Visible ASCII: the characters that a header field may contain, and of which every session, token and key of the service consists. */
export const VISIBLE = /^[\x21-\x7e]+$/;

/** The `If-Match` header field for the version that was seen. */
export function conditionOf({ ifMatch }: ChangeOptions): Record<string, string> {
  if (ifMatch === undefined) return {};
  if (!VISIBLE.test(ifMatch)) throw new TypeError("ifMatch must be visible ASCII characters");
  return { "If-Match": ifMatch };
}

/** 128 random bits in hexadecimal. */
export function drawnName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The parts of a request that the service carries out only once, however often it arrives. */
export function onceOnly() {
  return { repeatable: true, once: true, fields: { "Idempotency-Key": drawnName() } };
}

/** The header field for a device token. A value that cannot be one, such as a cookie that was tampered with, counts as `new`. */
export function deviceFieldOf({ deviceToken }: LoginOptions): Record<string, string> {
  return deviceToken === undefined ? {} : { "X-Device-Token": VISIBLE.test(deviceToken) ? deviceToken : "new" };
}

const USER_AGENT_CHARACTERS_MAX = 512;

/**
 * The header fields for a call's options. Throws a TypeError for a value that a header field cannot contain. Its message does not
 * repeat the value; that of `fetch` would.
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

/** The service's URL without a trailing slash. Throws a TypeError for anything else. */
export function baseOf(url: string): string {
  let parsed: URL | undefined;
  try {
    parsed = new URL(url);
  } catch {
    // Not a URL. This is reported below without the value, which may contain a password.
  }
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.username || parsed.password || parsed.search || parsed.hash) {
    throw new TypeError("url must be an http or https URL without user, query or fragment");
  }
  return parsed.href.replace(/\/+$/, "");
}
