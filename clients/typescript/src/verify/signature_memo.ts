/** Remembers which tokens a key has signed: the signature is by far the most expensive part of a check. */

import type { PublishedKey } from "./published_key.js";

/** Of each of the two generations; together a few MB. */
const TOKENS_MAX = 5000;

/**
 * Only good signatures are kept, so that strangers cannot fill it, and only signatures: claims, time and revocations are looked at each
 * time. An entry counts for the very key that made it. A full generation becomes the old one, and what is used of that one is young again.
 */
export class SignatureMemo {
  #young = new Map<string, PublishedKey>();
  #old = new Map<string, PublishedKey>();

  has(token: string, key: PublishedKey): boolean {
    if (this.#young.get(token) === key) return true;
    if (this.#old.get(token) !== key) return false;
    this.add(token, key);
    return true;
  }

  add(token: string, key: PublishedKey): void {
    if (this.#young.size >= TOKENS_MAX) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(token, key);
  }
}
