import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { systemClock } from "../../../src/verify/clock.js";
import { RevocationFeed } from "../../../src/verify/feed.js";
import { type Answering, API_KEY, pass, refusal, settle, TOKEN_TTL_MS, VerifierService } from "./service.js";

const EVENTS = 20_000;
const STALENESS_MS = 5000;
/** The set forgets a revocation some time after it has ended, when its tokens are no longer valid. */
const FORGOTTEN_MS = 180_000;

type Verdict = "revoked" | "good" | "unknown";

/** The same numbers for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A reader of revocations, the service that it reads from, and a plain list of when each id was revoked last. */
class History {
  readonly service = new VerifierService();
  readonly closing = new AbortController();
  readonly reader: RevocationFeed;
  readonly revokedAt = new Map<string, number>();
  readonly verdicts: Record<Verdict, number> = { revoked: 0, good: 0, unknown: 0 };
  readonly #random: () => number;
  /** When the reader could last have been told everything. */
  #toldAt = Date.now();

  constructor(seed: number) {
    this.#random = seeded(seed);
    const settings = { url: "http://gatehouse.test", path: "/revocations", apiKey: API_KEY, timeoutMs: 5000, fetch: this.service.fetch, maxStalenessMs: STALENESS_MS, revocationsMax: 1_000_000 };
    this.reader = new RevocationFeed(settings, { clock: systemClock, random: this.#random, closed: this.closing.signal });
    this.service.feed.parts = (bytes) => this.#cut(bytes);
  }

  async step(): Promise<void> {
    if (this.#happens(0.6)) for (let count = this.#below(15); count > 0; count -= 1) this.#revoke();
    if (this.#happens(0.02)) this.service.feed.end(this.#happens(0.5) ? new TypeError("terminated") : undefined);
    if (this.#happens(0.01)) this.service.feed.send("event: revocations\ndata: {\n\n");
    if (this.#happens(0.02)) this.#lose();
    if (this.#happens(0.1)) this.service.instead.clear();
    if (this.#happens(0.02)) this.#delete();
    await pass(this.service, this.#below(2000));
    if (this.service.feed.readers > 0) this.#toldAt = Date.now();
    for (let count = 0; count < 10; count += 1) this.#check(this.#subject());
  }

  /** Ends the history with the service at its best. */
  async finish(): Promise<void> {
    this.service.instead.clear();
    await pass(this.service, 20_000);
    this.#toldAt = Date.now();
    for (const kind of ["session", "user", "signing_key"]) {
      for (let id = 1; id <= 400; id += 1) {
        const known = this.#verdictOf({ kind, id: String(id) });
        expect(known, `${kind} ${id}`).not.toBe("unknown");
        if (this.#ageMs({ kind, id: String(id) }) < TOKEN_TTL_MS) expect(known, `${kind} ${id}`).toBe("revoked");
      }
    }
  }

  #check(subject: Subject): void {
    const verdict = this.#verdictOf(subject);
    const ageMs = this.#ageMs(subject);
    const silenceMs = Date.now() - this.#toldAt;
    this.verdicts[verdict] += 1;
    const told = `${subject.kind} ${subject.id}, revoked ${ageMs} ms ago, told ${silenceMs} ms ago`;
    if (verdict === "revoked" && subject.kind !== "signing_key") expect(ageMs, told).toBeLessThan(TOKEN_TTL_MS + FORGOTTEN_MS);
    // Revoked tokens pass for no longer than the bound, and not at all while the service is connected.
    if (verdict === "good" && ageMs < TOKEN_TTL_MS) expect(ageMs, told).toBeLessThan(Math.min(STALENESS_MS, silenceMs + 1));
    if (verdict === "good") expect(silenceMs, told).toBeLessThan(STALENESS_MS);
    if (verdict === "unknown") expect(silenceMs, told).toBeGreaterThan(0);
  }

  #verdictOf({ kind, id }: Subject): Verdict {
    const token = { sid: "0", sub: "0", kid: "0", [{ session: "sid", user: "sub", signing_key: "kid" }[kind] ?? ""]: id };
    try {
      return this.reader.revokes(token) ? "revoked" : "good";
    } catch {
      return "unknown";
    }
  }

  #ageMs({ kind, id }: Subject): number {
    return Date.now() - (this.revokedAt.get(`${kind} ${id}`) ?? -Infinity);
  }

  #revoke(): void {
    const { kind, id } = this.#subject();
    this.revokedAt.set(`${kind} ${id}`, Date.now());
    this.service.feed.revoke(kind, kind === "signing_key" || this.#happens(0.5) ? id : Number(id));
  }

  #lose(): void {
    const fates: Answering[] = [() => new Error("no network"), () => "silence", () => refusal(503, "unavailable")];
    const fate = fates[this.#below(fates.length)];
    if (fate) for (const path of ["/revocations", "/revocations/snapshot"]) this.service.instead.set(path, fate);
    this.service.feed.end();
  }

  /** The service deletes what has ended, or the reader's position is lost for another reason. */
  #delete(): void {
    const { feed } = this.service;
    const ended = feed.log.findIndex(({ until }) => Date.parse(until) > Date.now());
    feed.oldest = this.#happens(0.5) ? feed.log.length : Math.max(feed.oldest, ended);
  }

  #cut(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer>[] {
    if (this.#happens(0.7)) return [bytes];
    const at = this.#below(bytes.length);
    return [bytes.slice(0, at), bytes.slice(at)];
  }

  #subject(): Subject {
    const kind = this.#happens(0.9) ? "session" : this.#happens(0.9) ? "user" : "signing_key";
    return { kind, id: String(1 + this.#below(20_000)) };
  }

  #happens(probability: number): boolean {
    return this.#random() < probability;
  }

  #below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }
}

interface Subject {
  kind: string;
  id: string;
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a history of revocations, ends, losses and broken events", () => {
  it.each([1, 2])("is known as it was, within the bound (seed %i)", async (seed) => {
    const history = new History(seed);
    history.reader.start();
    await settle();
    while (history.service.feed.log.length < EVENTS) await history.step();
    await history.finish();
    expect(Math.min(...Object.values(history.verdicts))).toBeGreaterThan(100);
    expect(history.service.count("/revocations/snapshot")).toBeGreaterThan(5);
    history.closing.abort(new Error("closed"));
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });
});
