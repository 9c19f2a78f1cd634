/**
 * How old the news from the service are.
 *
 * The service says with each of its news `asOf`, by its own clock: all that was revoked before is known now. Four things can make old
 * news look fresh: a clock of the reader that is behind, one that stands still, a machine that slept, and a network that holds back what
 * it delivers. So three ages are taken, and the greatest counts:
 *
 * - by the wall clock, against `asOf` itself. An `asOf` in the reader's future counts as now.
 * - by the time since the receipt, for a clock of the reader that is behind. The receipt of the same `asOf` again does not count: the
 *   service repeats it for as long as it knows nothing newer by its clock.
 * - by the service's clock as it must be by now. The first news of an answer that are all there was were made after the answer was asked
 *   for, so they are at most as old as the request. From then on the service's clock goes on as the reader's do; whatever comes later than
 *   that was held back on its way. This one needs no agreement of the clocks.
 *
 * News that are cut say nothing of the service's clock, only that it has reached `asOf`. Before it is known from others, they must not be
 * learned here.
 */

import { type Clock, elapsedMs, type Instant, instantOf, SLACK_MS } from "./clock.js";

export class Freshness {
  readonly #clock: Clock;
  #askedAt: Instant;
  /** How long the first news of the present answer took; undefined before. Cut ones do not count. */
  #delayMs: number | undefined;
  /** What the service's clock said at some moment, or less. */
  #service: { ms: number; at: Instant } | undefined;
  #news: { asOfMs: number; ageMs: number; at: Instant } | undefined;
  /** The latest `asOf` since the snapshot. */
  #latestMs = -Infinity;

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

  /** Whether the present answer has told what the service's clock shows. */
  get knowsService(): boolean {
    return this.#delayMs !== undefined;
  }

  /**
   * Whether the service's clock was set back, or that of another replica is behind, by more than the slack. What was dropped, or left out
   * of the snapshot, by the clock as it was may count again.
   */
  isSetBack(asOfMs: number): boolean {
    const expectedMs = this.#news ? this.#news.asOfMs + elapsedMs(this.#news.at, instantOf(this.#clock)) : -Infinity;
    return Math.max(this.#latestMs, expectedMs) - asOfMs > SLACK_MS;
  }

  /** A snapshot is never cut, and nothing that was known before matters any more. */
  begin(asOfMs: number): void {
    this.#news = undefined;
    this.#latestMs = -Infinity;
    this.learn(asOfMs);
  }

  /** News of the request that was sent last. By how many milliseconds they are behind the service's clock, as far as that is known. */
  learn(asOfMs: number): number {
    const now = instantOf(this.#clock);
    this.#delayMs ??= elapsedMs(this.#askedAt, now);
    const lagMs = this.#serviceMs(asOfMs + this.#delayMs, now) - asOfMs;
    const hasMoved = !this.#news || asOfMs > this.#news.asOfMs;
    this.#news = { asOfMs, ageMs: Math.max(now.wallMs - asOfMs, lagMs, hasMoved ? 0 : this.ageMs()), at: now };
    this.#latestMs = Math.max(this.#latestMs, asOfMs);
    return lagMs;
  }

  /** The age of the last news; Infinity before the first. */
  ageMs(): number {
    return this.#news ? this.#news.ageMs + elapsedMs(this.#news.at, instantOf(this.#clock)) : Infinity;
  }

  /** What the service's clock has reached since the snapshot, in milliseconds since 1970. */
  asOfMs(): number {
    return Math.max(0, this.#latestMs);
  }

  /** The service's clock now: as it went on, or `told`, if that is later. */
  #serviceMs(told: number, now: Instant): number {
    const expected = this.#service ? this.#service.ms + elapsedMs(this.#service.at, now) : -Infinity;
    if (expected > told) return expected;
    this.#service = { ms: told, at: now };
    return told;
  }
}
