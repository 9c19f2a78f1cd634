import { GatehouseUnavailable } from "../errors.js";
import { isForUs, isOfType, isTimely, type TokenClaims } from "./claims.js";
import { type Clock, systemClock } from "./clock.js";
import { RevocationFeed } from "./feed.js";
import { KeySet } from "./key_set.js";
import { type Settings, settingsOf, type TokenVerifierOptions } from "./options.js";
import type { PublishedKey } from "./published_key.js";
import { SignatureMemo } from "./signature_memo.js";
import { type ParsedToken, parsedToken } from "./token.js";

/** What tests replace. */
export interface Surroundings {
  clock: Clock;
  random: () => number;
}

/**
 * Checks tokens without asking the service for each of them.
 *
 * It fetches the published keys with the first check and keeps them for as long as the service allows. With `revocations`, it also follows
 * the revocations, from the first check until close(). It starts nothing before, so a verifier may be created at the top of a module.
 */
export class TokenVerifier {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #closing = new AbortController();
  readonly #keys: KeySet;
  readonly #feed: RevocationFeed | null;
  readonly #memo = new SignatureMemo();

  constructor(options: TokenVerifierOptions, surroundings: Surroundings = { clock: systemClock, random: Math.random }) {
    const settings = settingsOf(options);
    const closed = this.#closing.signal;
    this.#settings = settings;
    this.#clock = surroundings.clock;
    this.#keys = new KeySet({ url: settings.jwksUrl, timeoutMs: settings.timeoutMs, fetch: settings.fetch, clock: this.#clock, closed });
    this.#feed = settings.feed && new RevocationFeed(settings.feed, { ...surroundings, closed });
  }

  /**
   * The claims of a token as it comes from a header field; null if the token is not valid, missing or empty. Throws GatehouseUnavailable if
   * that cannot be known: then ask the service, with `token.verify()` of a client, or refuse.
   */
  async verify(text: string | null | undefined): Promise<TokenClaims | null> {
    this.#closing.signal.throwIfAborted();
    this.#feed?.start();
    const token = text ? parsedToken(text) : null;
    if (!token || !this.#isMeant(token)) return null;
    const key = await this.#keys.find(token.kid);
    if (!key || !this.#agrees(key, token) || !(await this.#isSigned(token, key))) return null;
    await this.#feed?.loaded();
    return this.#isRevoked(token) || !this.#isTimely(token) ? null : token.claims;
  }

  /** Ends everything under way. Pending checks fail, and so do later ones. */
  close(): void {
    this.#closing.abort(new GatehouseUnavailable("closed", "The token verifier was closed"));
  }

  /** The checks that need no key. They find most invalid tokens. */
  #isMeant(token: ParsedToken): boolean {
    const { expected, type } = this.#settings;
    return isOfType(token.typ, type) && isForUs(token.claims, expected) && this.#isTimely(token);
  }

  /** The header's `alg` is only compared with the key's algorithm (RFC 8725, section 3.1). */
  #agrees(key: PublishedKey, token: ParsedToken): boolean {
    return key.algorithm === token.alg && this.#settings.algorithms.includes(key.algorithm);
  }

  async #isSigned(token: ParsedToken, key: PublishedKey): Promise<boolean> {
    if (this.#memo.has(token.text, key)) return true;
    if (!(await key.signed(token.text))) return false;
    this.#memo.add(token.text, key);
    return true;
  }

  #isRevoked({ claims: { sid, sub }, kid }: ParsedToken): boolean {
    if (!this.#feed) return false;
    // A token that names no session could not be found among the revoked ones, so it counts as revoked.
    return typeof sid !== "string" || sid === "" || this.#feed.revokes({ sid, sub, kid });
  }

  /** If the service's clock is known to have passed the token's end, there is no tolerance: its revocation may have been dropped. */
  #isTimely({ claims }: ParsedToken): boolean {
    if (this.#feed && this.#feed.asOfMs() >= claims.exp * 1000) return false;
    return isTimely(claims, this.#clock.wallMs(), this.#settings.expected);
  }
}

/**
 * Creates a verifier of the tokens that the service signs. One for the whole program is enough. Throws a TypeError for invalid options.
 */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  return new TokenVerifier(options);
}
