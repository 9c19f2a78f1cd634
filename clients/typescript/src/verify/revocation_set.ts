/** What is revoked. */

import { SLACK_MS } from "./clock.js";

export const revocationKinds = ["session", "user", "signing_key"] as const;

export type RevocationKind = (typeof revocationKinds)[number];

export interface Revocation {
  kind: RevocationKind;
  /** A number as decimal text, or the id of a key. */
  id: string;
  /** When the last token that it concerns has expired, in milliseconds since 1970, by the service's clock. */
  untilMs: number;
}

const SWEEP_MS = 60_000;
/** If there is less room than this, ended revocations are dropped without waiting for the next sweep. */
const ROOM = 10_000;

export class TooManyRevocations extends RangeError {
  override readonly name = "TooManyRevocations";
}

export class RevocationSet {
  readonly #untils: Readonly<Record<RevocationKind, Map<string, number>>> = { session: new Map(), user: new Map(), signing_key: new Map() };
  readonly #max: number;
  #sweptAtMs = -Infinity;

  constructor(max: number) {
    this.#max = max;
  }

  has(kind: RevocationKind, id: string): boolean {
    return this.#untils[kind].has(id);
  }

  /** Throws TooManyRevocations if there is no room for another one. */
  add({ kind, id, untilMs }: Revocation): void {
    const untils = this.#untils[kind];
    const known = untils.get(id);
    if (known === undefined && this.size >= this.#max) throw new TooManyRevocations("There are too many revocations");
    untils.set(id, Math.max(untilMs, known ?? untilMs));
  }

  /** Takes over the revoked keys of an earlier set. */
  addKeysOf(earlier: RevocationSet): void {
    for (const [id, untilMs] of earlier.#untils.signing_key) this.add({ kind: "signing_key", id, untilMs });
  }

  get size(): number {
    return revocationKinds.reduce((sum, kind) => sum + this.#untils[kind].size, 0);
  }

  /**
   * Drops revocations that have ended by both the service's clock and the reader's, once a minute or if there is little room. Either clock
   * may be ahead for a moment, and the service does not send again what is dropped. Revocations are kept for the slack as well, because the
   * clock of another replica may be behind. Revoked keys are kept for good: whoever has stolen one writes tokens that never expire, and it
   * may still be among the keys that were fetched before.
   */
  dropEnded(serviceMs: number, readerMs: number): void {
    const nowMs = Math.min(serviceMs, readerMs);
    if (Math.abs(nowMs - this.#sweptAtMs) < SWEEP_MS && this.#max - this.size >= ROOM) return;
    this.#sweptAtMs = nowMs;
    for (const untils of [this.#untils.session, this.#untils.user]) {
      for (const [id, untilMs] of untils) if (untilMs + SLACK_MS < nowMs) untils.delete(id);
    }
  }
}
