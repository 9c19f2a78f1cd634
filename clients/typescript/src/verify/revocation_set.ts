/** What is revoked. */

export const revocationKinds = ["session", "user", "signing_key"] as const;

export type RevocationKind = (typeof revocationKinds)[number];

export interface Revocation {
  kind: RevocationKind;
  /** A number as decimal text, or the id of a key. */
  id: string;
  /** When the last token that it concerns has expired, in milliseconds since 1970, by the service's clock. */
  untilMs: number;
}

/** About 100 MB. */
const REVOCATIONS_MAX = 1_000_000;
const SWEEP_MS = 60_000;

export class RevocationSet {
  readonly #untils: Readonly<Record<RevocationKind, Map<string, number>>> = { session: new Map(), user: new Map(), signing_key: new Map() };
  #sweptAtMs = -Infinity;

  has(kind: RevocationKind, id: string): boolean {
    return this.#untils[kind].has(id);
  }

  /** Throws where there are too many. */
  add({ kind, id, untilMs }: Revocation): void {
    const untils = this.#untils[kind];
    untils.set(id, Math.max(untilMs, untils.get(id) ?? untilMs));
    if (this.size > REVOCATIONS_MAX) throw new RangeError("There are too many revocations");
  }

  get size(): number {
    return revocationKinds.reduce((sum, kind) => sum + this.#untils[kind].size, 0);
  }

  /**
   * Drops, once a minute, what has ended by the service's clock, which refuses the tokens concerned by then; and a minute later than that,
   * for the clock of another replica may be behind.
   */
  dropEnded(serviceMs: number): void {
    if (Math.abs(serviceMs - this.#sweptAtMs) < SWEEP_MS) return;
    this.#sweptAtMs = serviceMs;
    for (const untils of Object.values(this.#untils)) {
      for (const [id, untilMs] of untils) if (untilMs + SWEEP_MS < serviceMs) untils.delete(id);
    }
  }
}
