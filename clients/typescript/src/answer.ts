/** What an answer says, and which answers are not the service's. */

import { type FieldProblem, GatehouseError, UNEXPECTED_ANSWER } from "./errors.js";

/** A JSON object. The service answers with nothing else, except for lists, which are objects in JavaScript, too. */
export type Json = Record<string, unknown>;

/** Which answers a request accepts. */
export interface Expectation {
  /** The request asks for the state of the service itself, so a 503 may be the answer. */
  states?: boolean;
  /** Whether the body of a successful answer is the service's own; without this check, any JSON is accepted. */
  fits?: (body: Json) => boolean;
}

/** An answer that was read to its end. */
export interface Answer {
  headers: Headers;
  body: Json;
}

/** The text as a JSON object or list; null if it is neither. */
export function readJson(text: string): Json | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" ? (value as Json | null) : null;
  } catch {
    return null;
  }
}

/**
 * Reads an answer. Throws a GatehouseError unless the status means success and the body is JSON that `fits`. With `states`, a 503 with
 * a `status` in its body is accepted, too, because that is what was asked for.
 */
export async function readAnswer(response: Response, { states, fits }: Expectation): Promise<Answer> {
  const body = readJson(await response.text());
  const wanted = response.ok || (states && response.status === 503 && typeof body?.["status"] === "string");
  if (body === null || !wanted) throw refusalOf(response, body);
  if (fits && !fits(body)) throw refusalOf(response, null);
  return { headers: response.headers, body };
}

/** The error for an unsuccessful answer. A body that is not the service's own is not repeated: it may contain anything. */
export function refusalOf(response: Response, body: Json | null): GatehouseError {
  const own = typeof body?.["code"] === "string" && typeof body["error"] === "string";
  const requestId = own ? body["requestId"] : response.headers.get("X-Request-Id");
  return new GatehouseError({
    status: response.status,
    code: own ? (body["code"] as string) : UNEXPECTED_ANSWER,
    message: own ? (body["error"] as string) : `An unexpected answer with status ${response.status}`,
    requestId: typeof requestId === "string" ? requestId : null,
    details: own && Array.isArray(body["details"]) ? body["details"].filter(isFieldProblem) : [],
    retryAfter: secondsOf(response.headers.get("Retry-After")),
    resetToken: own && typeof body["resetToken"] === "string" ? body["resetToken"] : null,
  });
}

function isFieldProblem(entry: unknown): entry is FieldProblem {
  const { field, message, code } = (entry ?? {}) as Json;
  return [field, message, code].every((text) => typeof text === "string");
}

/** `Retry-After` in seconds. The service sends seconds; gateways may send a date (RFC 9110, section 10.2.3). */
function secondsOf(field: string | null): number | null {
  if (field === null) return null;
  if (/^\d+$/.test(field)) return Number(field);
  const ms = Date.parse(field) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(0, Math.ceil(ms / 1000));
}

/** The cursor of the next page in a `Link` field (RFC 8288). Its path is the service's, and not that of a gateway in front of it. */
export function nextOf(headers: Headers): string | null {
  const target = /<([^>]*)>;\s*rel="next"/.exec(headers.get("Link") ?? "")?.[1];
  return target === undefined ? null : new URL(target, "http://gatehouse").searchParams.get("after");
}
