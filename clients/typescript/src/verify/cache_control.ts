/** How long an answer may be kept (RFC 9111, RFC 5861). */

export interface Lifetime {
  /** For how long nobody needs to ask again. */
  freshMs: number;
  /** For how long the answer may be used while somebody asks again. */
  usableMs: number;
}

/** If the answer says nothing, for example because a gateway drops the field. */
const DEFAULT_SECONDS = 600;
/** `no-store`, `no-cache` and 0 become this, because every token would cause a request otherwise. */
const SECONDS_MIN = 60;
/** A revoked key is used no longer than this, whatever a gateway says. */
const SECONDS_MAX = 86_400;

/** How long an answer that has just arrived may be kept. */
export function lifetimeOf(headers: Headers): Lifetime {
  const control = headers.get("Cache-Control") ?? "";
  const age = Number(/^\d+$/.exec(headers.get("Age") ?? "")?.[0] ?? 0);
  const fresh = (/\bno-(?:store|cache)\b/i.test(control) ? 0 : (secondsOf(control, "max-age") ?? DEFAULT_SECONDS)) - age;
  // From the unbounded value, so that the time that a cache in front of the service has used up is not granted again.
  const usable = fresh + (secondsOf(control, "stale-while-revalidate") ?? 0);
  return { freshMs: bounded(fresh) * 1000, usableMs: bounded(usable) * 1000 };
}

function bounded(seconds: number): number {
  return Math.min(Math.max(seconds, SECONDS_MIN), SECONDS_MAX);
}

function secondsOf(control: string, directive: string): number | null {
  const found = new RegExp(`(?:^|[,\\s])${directive}\\s*=\\s*"?(\\d+)`, "i").exec(control)?.[1];
  return found === undefined ? null : Number(found);
}
