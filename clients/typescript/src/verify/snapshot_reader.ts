/**
 * Reads a snapshot, `{"cursor":"…","asOf":"…","revocations":[{…},{…},…]}`, as it arrives: it may be far too large to keep as one text.
 *
 * Each object in the list is parsed as soon as it is complete, and is then replaced by a 0. So the rest is a small JSON text, which is
 * parsed at the end; its list must then have as many entries as objects have come.
 */

import { readJson } from "../answer.js";
import { type News, NotUnderstood, positionOf, revocationOf } from "./news.js";
import type { Revocation } from "./revocation_set.js";

/** The depth of an object in the list: the answer's object, its list, and the object itself. */
const ITEM_DEPTH = 3;
const ITEM_CHARACTERS_MAX = 8192;
/** Two for each revocation that fits into a set, and the members beside the list. */
const REST_CHARACTERS_MAX = 2_000_000 + ITEM_CHARACTERS_MAX;

export class SnapshotReader {
  readonly #take: (revocation: Revocation) => void;
  #depth = 0;
  #inText = false;
  #escaped = false;
  #item = "";
  #rest = "";
  #items = 0;

  constructor(take: (revocation: Revocation) => void) {
    this.#take = take;
  }

  /** Reads the next part. Throws if it cannot be part of a snapshot. */
  read(text: string): void {
    let from = 0;
    for (let index = 0; index < text.length; index += 1) {
      const before = this.#depth;
      this.#step(text.charAt(index));
      if (before < ITEM_DEPTH && this.#depth === ITEM_DEPTH) {
        this.#rest += text.slice(from, index);
        from = index;
      } else if (before === ITEM_DEPTH && this.#depth < ITEM_DEPTH) {
        this.#finish(text.slice(from, index + 1));
        from = index + 1;
      }
    }
    if (this.#depth < ITEM_DEPTH) this.#rest += text.slice(from);
    else this.#item += text.slice(from);
    if (this.#rest.length > REST_CHARACTERS_MAX || this.#item.length > ITEM_CHARACTERS_MAX) throw new NotUnderstood("This is no snapshot");
  }

  /** The members beside the revocations. Throws if the snapshot is not complete. */
  end(): Omit<News, "revocations"> {
    const json = readJson(this.#rest);
    const listed = json?.["revocations"];
    if (!Array.isArray(listed) || listed.length !== this.#items) throw new NotUnderstood("The snapshot is not complete");
    return positionOf(json);
  }

  #step(character: string): void {
    if (this.#inText) {
      if (this.#escaped) this.#escaped = false;
      else if (character === "\\") this.#escaped = true;
      else if (character === '"') this.#inText = false;
    } else if (character === '"') this.#inText = true;
    else if (character === "{" || character === "[") this.#depth += 1;
    else if (character === "}" || character === "]") this.#depth -= 1;
  }

  #finish(end: string): void {
    this.#take(revocationOf(readJson(this.#item + end)));
    this.#item = "";
    this.#rest += "0";
    this.#items += 1;
  }
}
