/** What a token of the service says, whether it is meant for us, and whether it is valid at this moment (RFC 7519, section 4.1). */

/** The claims of a valid token. Times are in seconds since 1970. */
export interface TokenClaims {
  iss: string;
  aud: string | string[];
  /** The user's number, as text. */
  sub: string;
  /** The user's number. */
  id: number;
  /** The number of the session that the token belongs to, as text. */
  sid: string;
  iat: number;
  exp: number;
  jti: string;
  /** When the user gave the password. */
  auth_time?: number;
  /** How the user proved who they are: `["pwd"]` (RFC 8176). */
  amr?: string[];
  /** With `JWT_TYPE=at+jwt`: the name of the API key that asked for the token. */
  client_id?: string;
  /** Anything else that the token says. */
  [claim: string]: unknown;
}

/** What tokens must say. */
export interface Expected {
  issuer: string;
  /** One of them is enough. */
  audiences: readonly string[];
  toleranceSeconds: number;
}

/** Whether the service issued the token for us. */
export function isForUs(claims: TokenClaims, expected: Expected): boolean {
  const { iss, aud, sub } = claims as Record<"iss" | "aud" | "sub", unknown>;
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return iss === expected.issuer && expected.audiences.some((name) => audiences.includes(name)) && typeof sub === "string" && sub !== "";
}

/** Whether the token is valid at that time, give or take the tolerance: its validity has begun and has not ended. */
export function isTimely(claims: TokenClaims, nowMs: number, { toleranceSeconds }: Expected): boolean {
  const { iat, nbf = iat, exp } = claims as Partial<Record<"iat" | "nbf" | "exp", unknown>>;
  const now = nowMs / 1000;
  if (!isTime(iat) || !isTime(nbf) || !isTime(exp)) return false;
  return Math.max(iat, nbf) <= now + toleranceSeconds && now < exp + toleranceSeconds;
}

/** JSON has only finite numbers, but those that are too large become Infinity. */
function isTime(claim: unknown): claim is number {
  return Number.isFinite(claim);
}

/** `JWT` and the type of RFC 9068, with or without the prefix `application/`, which RFC 7515, section 4.1.9, lets senders leave out. */
const TYPES: ReadonlyMap<string, TokenType> = new Map([["jwt", "JWT"], ["application/jwt", "JWT"], ["at+jwt", "at+jwt"], ["application/at+jwt", "at+jwt"]]);

export type TokenType = "JWT" | "at+jwt";

/** Whether a header's `typ` is the wanted one. Without `wanted`, either type will do, and so will a header without `typ`. */
export function isOfType(typ: unknown, wanted: TokenType | undefined): boolean {
  if (typ === undefined) return wanted === undefined;
  const type = typeof typ === "string" ? TYPES.get(typ.toLowerCase()) : undefined;
  return type !== undefined && (wanted === undefined || type === wanted);
}
