/**
 * How old the news from the service is.
 *
 * With its news the service sends `asOf`, a time by its own clock: everything that was revoked before it is now known. Four things can make
 * old news look fresh: a reader's clock that is behind, one that stands still, a machine that slept, and a network that holds back what it
 * delivers. So the age is computed in three ways, and the greatest counts:
 *
 * - by the wall clock, against `asOf` itself. An `asOf` in the reader's future counts as now.
 * - by the time since the news was received, in case the reader's clock is behind. Receiving the same `asOf` again does not count: the
 *   service repeats it for as long as it knows nothing newer by its clock.
 * - by what the service's clock must show by now. The first news of an answer, unless it was cut, was made after the request, so it is at
 *   most as old as the request. From then on the service's clock runs on like the reader's; news that comes later than that was held back
 *   on its way. For this age, the clocks need not agree.
 *
 * News that was cut says nothing about the service's clock, except that it has reached `asOf`. It must not be passed to learn() before
 * other news has told what the service's clock shows.
 */

import { type Clock, elapsedMs, type Instant, instantOf, SLACK_MS } from "./clock.js";

export class Freshness {
  readonly #clock: Clock;
  #askedAt: Instant;
  /** How long the first news of the current answer took; undefined before. News that was cut does not count. */
  #delayMs: number | undefined;
  /** What the service's clock showed at some moment, or less. */
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

  /** Whether the current answer has told what the service's clock shows. */
  get knowsService(): boolean {
    return this.#delayMs !== undefined;
  }

  /**
   * Whether the service's clock was set back, or that of another replica is behind, by more than the slack. Revocations that were dropped,
   * or left out of the snapshot, by the clock as it was may then be in force again.
   */
  isSetBack(asOfMs: number): boolean {
    const expectedMs = this.#news ? this.#news.asOfMs + elapsedMs(this.#news.at, instantOf(this.#clock)) : -Infinity;
    return Math.max(this.#latestMs, expectedMs) - asOfMs > SLACK_MS;
  }

  /** Takes the time of a snapshot. A snapshot is never cut, and nothing that was known before matters any more. */
  begin(asOfMs: number): void {
    this.#news = undefined;
    this.#latestMs = -Infinity;
    this.learn(asOfMs);
  }

  /** Takes news of the last request. Returns by how many milliseconds it is behind the service's clock, as far as that is known. */
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

  /** The time that the service's clock has reached since the snapshot, in milliseconds since 1970. */
  asOfMs(): number {
    return Math.max(0, this.#latestMs);
  }

  /** What the service's clock shows now: the last value and the time since then, or `told` if that is later. */
  #serviceMs(told: number, now: Instant): number {
    const expected = this.#service ? this.#service.ms + elapsedMs(this.#service.at, now) : -Infinity;
    if (expected > told) return expected;
    this.#service = { ms: told, at: now };
    return told;
  }
}
