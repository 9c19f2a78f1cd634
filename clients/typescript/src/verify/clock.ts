/** The reader's own two clocks, neither of which is trusted alone. */

export interface Clock {
  /** Milliseconds since 1970. It can be wrong, and it can be set. */
  wallMs(): number;
  /** Milliseconds since some moment. Nobody sets it, but it may stand still while the machine sleeps. */
  steadyMs(): number;
}

/** Differences between the clocks of two replicas, and changes of a clock, count as mere inaccuracy up to this size. */
export const SLACK_MS = 60_000;

export const systemClock: Clock = { wallMs: () => Date.now(), steadyMs: () => performance.now() };

/** A moment, by both clocks. */
export interface Instant {
  readonly wallMs: number;
  readonly steadyMs: number;
}

export function instantOf(clock: Clock): Instant {
  return { wallMs: clock.wallMs(), steadyMs: clock.steadyMs() };
}

/** The time from one moment to a later one, by the clock that shows more: one may have been set back, the other may have stood still. */
export function elapsedMs(from: Instant, to: Instant): number {
  return Math.max(0, to.wallMs - from.wallMs, to.steadyMs - from.steadyMs);
}
