/**
 * How old the news from the service are.
 *
 * The service says with each of its news `asOf`, by its own clock: all that was revoked before is known now. Four things can make old
 * news look fresh: a clock of the reader that is behind, one that stands still, a machine that slept, and a network that holds back what
 * it delivers. So three ages are taken, and the greatest counts:
 *
 * - by the wall clock, against `asOf` itself. An `asOf` in the reader's future counts as now.
 * - by the time since the receipt, for a clock of the reader that is behind.
 * - by the service's clock as it must be by now. The first news of an answer were made after the answer was asked for, so they are at
 *   most as old as the request. From then on the service's clock goes on as the reader's do; whatever comes later than that was held
 *   back on its way. This one needs no agreement of the clocks.
 */

import { type Clock, elapsedMs, type Instant, instantOf } from "./clock.js";

export class Freshness {
  readonly #clock: Clock;
  #askedAt: Instant;
  /** How long the first news of the present answer took; undefined before. */
  #delayMs: number | undefined;
  /** What the service's clock said at some moment, or less. */
  #service: { ms: number; at: Instant } | undefined;
  #news: { asOfMs: number; ageMs: number; at: Instant } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#askedAt = instantOf(clock);
  }

  /** To be called before a request is sent. It forgets the service's clock, which may have been set since. */
  ask(): void {
    this.#askedAt = instantOf(this.#clock);
    this.#delayMs = undefined;
    this.#service = undefined;
  }

  /** News of the request that was sent last. By how many milliseconds they are behind the service's clock, as far as that is known. */
  learn(asOfMs: number): number {
    const now = instantOf(this.#clock);
    this.#delayMs ??= elapsedMs(this.#askedAt, now);
    const lagMs = this.#serviceMs(asOfMs + this.#delayMs, now) - asOfMs;
    this.#news = { asOfMs, ageMs: Math.max(now.wallMs - asOfMs, lagMs), at: now };
    return lagMs;
  }

  /** The age of the last news; Infinity before the first. */
  ageMs(): number {
    return this.#news ? this.#news.ageMs + elapsedMs(this.#news.at, instantOf(this.#clock)) : Infinity;
  }

  /** What the service's clock has reached for sure, in milliseconds since 1970. */
  asOfMs(): number {
    return this.#news?.asOfMs ?? 0;
  }

  /** The service's clock now: as it went on, or `told`, if that is later. */
  #serviceMs(told: number, now: Instant): number {
    const expected = this.#service ? this.#service.ms + elapsedMs(this.#service.at, now) : -Infinity;
    if (expected > told) return expected;
    this.#service = { ms: told, at: now };
    return told;
  }
}
