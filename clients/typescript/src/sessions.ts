/** Sessions and tokens. */

import type { Json } from "./answer.js";
import { isGatehouseError } from "./errors.js";
import type { RefreshedToken, RefreshRequest, VerifiedSession, VerifiedToken } from "./model.js";
import { type CallOptions, drawnName, VISIBLE } from "./options.js";
import { idOf } from "./paths.js";
import type { Request, Transport } from "./transport.js";

/**
 * The result of a call, or null if the service refuses the session or token that the call is about, which it does with one of these
 * codes. Any other refusal, such as a refusal of the API key or by a gateway, says nothing about the session or token and is thrown.
 */
export async function orNull<Result>(answered: Promise<{ body: object }>, refusals: readonly string[]): Promise<Result | null> {
  try {
    return (await answered).body as Result;
  } catch (error) {
    if (isGatehouseError(error) && error.status === 401 && refusals.includes(error.code)) return null;
    throw error;
  }
}

const SESSION_REFUSALS = ["invalid_session", "session_expired", "session_ended", "session_user_not_found"];
const TOKEN_REFUSALS = ["invalid_token"];
/** The refusals of one session among many, where an empty string does not make the whole call fail. */
const BATCHED_REFUSALS = [...SESSION_REFUSALS, "session_required"];

/** Whether an answer names a user. */
export const hasUserId = ({ userId }: Json): boolean => Number.isSafeInteger(userId);

function isToken(body: Json): boolean {
  const { expiresAt } = body;
  return hasUserId(body) && isText(expiresAt) && !Number.isNaN(Date.parse(expiresAt));
}

function isSession(body: Json): boolean {
  const { email, first_name, last_name } = (body["user"] ?? {}) as Json;
  return isToken(body) && [email, first_name, last_name].every(isText);
}

/** Whether the entry for one session among many is the service's. */
function isChecked(entry: unknown): boolean {
  const checked = (entry ?? {}) as Json;
  return checked["status"] === 200 ? isSession(checked) : BATCHED_REFUSALS.includes(checked["code"] as string);
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

/** Longer than any session or token of the service, and shorter than the longest header field that it reads. */
const CREDENTIAL_CHARACTERS_MAX = 8192;

/** Longer than any session, and short enough for a hundred to fit into one call. */
const BATCHED_CHARACTERS_MAX = 512;
const BATCH = 100;

/** A value as it comes from a cookie or a header field, which may be missing. */
type Credential = string | null | undefined;

/** A value that cannot be a credential is not sent: it comes from a browser and must not break a header field or a body. */
function mayBeCredential(value: Credential, charactersMax: number): value is string {
  return !!value && VISIBLE.test(value) && value.length <= charactersMax;
}

function verify<Verified>(
  transport: Transport,
  credential: Credential,
  request: Request,
  refusals: readonly string[],
  options?: CallOptions,
): Promise<Verified | null> {
  if (!mayBeCredential(credential, CREDENTIAL_CHARACTERS_MAX)) return Promise.resolve(null);
  return orNull(transport.send({ ...request, repeatable: true }, options), refusals);
}

type CheckedSession = VerifiedSession & { status: number };

export class Sessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whose session it is; null if the session is not valid, or no longer valid. */
  verify(session: Credential, options?: CallOptions): Promise<VerifiedSession | null> {
    const request = { method: "POST", path: "/user-auth/verify-session", body: { session }, fits: isSession } as const;
    return verify(this.#transport, session, request, SESSION_REFUSALS, options);
  }

  /** The same for many sessions, in their order. Each request asks for up to a hundred. */
  async verifyAll(sessions: readonly Credential[], options?: CallOptions): Promise<(VerifiedSession | null)[]> {
    const verified: (VerifiedSession | null)[] = [];
    for (let begin = 0; begin < sessions.length; begin += BATCH) {
      const batch = sessions.slice(begin, begin + BATCH).map((one) => (mayBeCredential(one, BATCHED_CHARACTERS_MAX) ? one : ""));
      const fits = ({ sessions: checked }: Json) => Array.isArray(checked) && checked.length === batch.length && checked.every(isChecked);
      const request = { method: "POST", path: "/user-auth/verify-sessions", body: { sessions: batch }, repeatable: true, fits } as const;
      const { body } = await this.#transport.send(request, options);
      for (const { status, ...session } of (body as { sessions: CheckedSession[] }).sessions) verified.push(status === 200 ? session : null);
    }
    return verified;
  }

  /** Ends a session by its value. It is not an error if the session has already ended. */
  async logout(session: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/logout", body: { session }, repeatable: true }, options);
  }

  /** Ends a session by its number, which `users.sessions()` returns. */
  async end(id: number, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: `/sessions/${idOf(id)}` }, options);
  }
}

export class Tokens {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whose token it is; null if the token is not valid, or its session has ended. */
  verify(token: Credential, options?: CallOptions): Promise<VerifiedToken | null> {
    const fields = { Authorization: `Bearer ${token ?? ""}` };
    const request = { method: "POST", path: "/user-auth/verify-token", fields, fits: isToken } as const;
    return verify(this.#transport, token, request, TOKEN_REFUSALS, options);
  }

  /**
   * Exchanges a refresh token for a new token and a new refresh token. It is repeated with the same `attempt`, which is generated if none
   * is given. Refusals: `invalid_refresh` if the session has ended, and `refresh_reused` if somebody else has used the refresh token.
   */
  async refresh(request: RefreshRequest, options?: CallOptions): Promise<RefreshedToken> {
    const { refreshToken, attempt = drawnName() } = request;
    const body = { refreshToken, attempt };
    const answer = await this.#transport.send({ method: "POST", path: "/user-auth/refresh", body, repeatable: true }, options);
    return answer.body as unknown as RefreshedToken;
  }
}
