/** A key that the service has published. */

import type { Json } from "../answer.js";
import { GatehouseUnavailable } from "../errors.js";
import { algorithmOf, importedKey, isSignedBy, publicPartOf, type TokenAlgorithm } from "./algorithms.js";
import { signedPartOf } from "./token.js";

/** Many times the number that the service publishes. */
const KEYS_MAX = 100;

export class PublishedKey {
  readonly algorithm: TokenAlgorithm;
  readonly kid: string;
  readonly #part: JsonWebKey;
  #imported: Promise<CryptoKey> | undefined;

  constructor(kid: string, algorithm: TokenAlgorithm, jwk: Json) {
    this.kid = kid;
    this.algorithm = algorithm;
    this.#part = publicPartOf(jwk, algorithm);
  }

  /** Whether this key signed the token. Throws GatehouseUnavailable if the key cannot be used, because it may well have signed it. */
  async signed(token: string): Promise<boolean> {
    const signed = signedPartOf(token);
    if (!signed) return false;
    this.#imported ??= importedKey(this.#part, this.algorithm);
    let key;
    try {
      key = await this.#imported;
    } catch (error) {
      throw new GatehouseUnavailable("configuration", `The published key ${this.kid} (${this.algorithm}) cannot be used here`, error);
    }
    return isSignedBy(key, this.algorithm, signed);
  }

  isSameAs(other: PublishedKey): boolean {
    return JSON.stringify(this.#part) === JSON.stringify(other.#part);
  }
}

/**
 * The keys of a JWK set by their ids (RFC 7517, section 5); null if it is not a JWK set. Keys that are not for checking tokens are left
 * out, as that section recommends. A key that is also in `before` stays the same object, so that it need not be imported again.
 */
export function keysOf(set: Json | null, before: ReadonlyMap<string, PublishedKey>): Map<string, PublishedKey> | null {
  const listed = set?.["keys"];
  if (!Array.isArray(listed) || listed.length > KEYS_MAX) return null;
  const keys = new Map<string, PublishedKey>();
  for (const jwk of listed as (Json | null)[]) {
    const kid = jwk?.["kid"];
    const algorithm = jwk && algorithmOf(jwk);
    if (typeof kid !== "string" || !algorithm || keys.has(kid)) continue;
    const key = new PublishedKey(kid, algorithm, jwk);
    const known = before.get(kid);
    keys.set(kid, known && key.isSameAs(known) ? known : key);
  }
  return keys;
}
