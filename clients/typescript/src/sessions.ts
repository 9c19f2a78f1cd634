/** Sessions and tokens. */

import { isGatehouseError, UNEXPECTED_ANSWER } from "./errors.js";
import type { RefreshedToken, RefreshRequest, VerifiedSession, VerifiedToken } from "./model.js";
import { type CallOptions, drawnName, VISIBLE } from "./options.js";
import { idOf } from "./paths.js";
import type { Request, Transport } from "./transport.js";

/**
 * What a call answers, or null where the service refuses the session or token that it is about. A refusal of the API key, or an
 * answer that is not the service's, says nothing about them and is thrown.
 */
export async function orNull<Result>(answered: Promise<{ body: object }>): Promise<Result | null> {
  try {
    return (await answered).body as Result;
  } catch (error) {
    if (isGatehouseError(error) && error.status === 401 && !error.code.endsWith("_api_key") && error.code !== UNEXPECTED_ANSWER) return null;
    throw error;
  }
}

/** Longer than any session or token of the service, and shorter than what it reads of a header field. */
const CREDENTIAL_CHARACTERS_MAX = 8192;

/** Longer than any session, and so short that one call has room for a hundred. */
const BATCHED_CHARACTERS_MAX = 512;
const BATCH = 100;

/** As it comes from a cookie or a header field, which may be missing. */
type Credential = string | null | undefined;

/** What cannot be a credential is not sent: it comes from a browser and must neither fail as a header field nor as a body. */
function mayBeCredential(value: Credential, charactersMax: number): value is string {
  return !!value && VISIBLE.test(value) && value.length <= charactersMax;
}

function verify<Verified>(
  transport: Transport,
  credential: Credential,
  request: Request,
  options?: CallOptions,
): Promise<Verified | null> {
  if (!mayBeCredential(credential, CREDENTIAL_CHARACTERS_MAX)) return Promise.resolve(null);
  return orNull(transport.send({ ...request, repeatable: true }, options));
}

type CheckedSession = VerifiedSession & { status: number };

export class Sessions {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whose session it is; null if it is not valid, or not any more. */
  verify(session: Credential, options?: CallOptions): Promise<VerifiedSession | null> {
    return verify(this.#transport, session, { method: "POST", path: "/user-auth/verify-session", body: { session } }, options);
  }

  /** The same for many sessions, in their order. A call asks for a hundred. */
  async verifyAll(sessions: readonly Credential[], options?: CallOptions): Promise<(VerifiedSession | null)[]> {
    const verified: (VerifiedSession | null)[] = [];
    for (let begin = 0; begin < sessions.length; begin += BATCH) {
      const batch = sessions.slice(begin, begin + BATCH).map((one) => (mayBeCredential(one, BATCHED_CHARACTERS_MAX) ? one : ""));
      const request = { method: "POST", path: "/user-auth/verify-sessions", body: { sessions: batch }, repeatable: true } as const;
      const { body } = await this.#transport.send(request, options);
      for (const { status, ...session } of (body as { sessions: CheckedSession[] }).sessions) verified.push(status === 200 ? session : null);
    }
    return verified;
  }

  /** Ends a session by its value. It is no failure if it had ended before. */
  async logout(session: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/logout", body: { session }, repeatable: true }, options);
  }

  /** Ends a session by its number, which `users.sessions()` tells. */
  async end(id: number, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: `/sessions/${idOf(id)}` }, options);
  }
}

export class Tokens {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Whose token it is; null if it is not valid, or its session has ended. */
  verify(token: Credential, options?: CallOptions): Promise<VerifiedToken | null> {
    const fields = { Authorization: `Bearer ${token ?? ""}` };
    return verify(this.#transport, token, { method: "POST", path: "/user-auth/verify-token", fields }, options);
  }

  /**
   * Exchanges a refresh token for a new token and its successor. It is repeated with the same attempt, which is drawn if none is given.
   * Refusals: `invalid_refresh`, where the session has ended, and `refresh_reused`, where somebody else has used the token.
   */
  async refresh(request: RefreshRequest, options?: CallOptions): Promise<RefreshedToken> {
    const { refreshToken, attempt = drawnName() } = request;
    const body = { refreshToken, attempt };
    const answer = await this.#transport.send({ method: "POST", path: "/user-auth/refresh", body, repeatable: true }, options);
    return answer.body as unknown as RefreshedToken;
  }
}
