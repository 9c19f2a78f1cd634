/**
 * Reads a snapshot, `{"cursor":"…","asOf":"…","revocations":[{…},{…},…]}`, as it comes: it may be far too large to be kept as one text.
 *
 * Each object of the list is parsed as soon as it is complete, and what remains of it is a 0. So the rest is a small JSON text of its own,
 * which is parsed at the end; as many objects must have come as the list then has.
 */

import { readJson } from "../answer.js";
import { type News, NotUnderstood, positionOf, revocationOf } from "./news.js";
import type { Revocation } from "./revocation_set.js";

/** The object of the answer, its list, and an object in that. */
const ITEM_DEPTH = 3;
const ITEM_CHARACTERS_MAX = 8192;
/** Two for each revocation that fits into a set, and what stands beside the list. */
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

  /** The next part. Throws where it is none of a snapshot. */
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

  /** What stood beside the revocations. Throws where the snapshot is not complete. */
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
