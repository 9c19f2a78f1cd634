/** Remembers which tokens a key has signed: the signature is by far the most expensive part of a check. */

import type { PublishedKey } from "./published_key.js";

/** In each of the two generations; both together take a few MB. */
const TOKENS_MAX = 5000;

/**
 * Only valid signatures are kept, so that strangers cannot fill the memo, and only signatures: claims, time and revocations are checked
 * each time. An entry counts only for the key object that it was made with. When the young generation is full, it becomes the old one; an
 * old entry that is used becomes young again.
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
