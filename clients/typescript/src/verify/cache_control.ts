/** How long an answer may be kept (RFC 9111, RFC 5861). */

export interface Lifetime {
  /** Until then nobody needs to ask again. */
  freshMs: number;
  /** Until then it may be used while somebody asks again. */
  usableMs: number;
}

/** Without a word of the service, as through a gateway that drops it. */
const DEFAULT_SECONDS = 600;
/** What `no-store`, `no-cache` or 0 become: every token would cause a request otherwise. */
const SECONDS_MIN = 60;
/** A revoked key is used for no longer than that, whatever a gateway says. */
const SECONDS_MAX = 86_400;

/** From the moment at which the answer came. */
export function lifetimeOf(headers: Headers): Lifetime {
  const control = headers.get("Cache-Control") ?? "";
  const age = Number(/^\d+$/.exec(headers.get("Age") ?? "")?.[0] ?? 0);
  const fresh = (/\bno-(?:store|cache)\b/i.test(control) ? 0 : (secondsOf(control, "max-age") ?? DEFAULT_SECONDS)) - age;
  // Of what is not yet bounded: what a cache before the service has used up of both is not given again.
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
