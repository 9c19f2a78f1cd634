/** How old news is, by clocks that are moved by hand. */

import { beforeEach, describe, expect, it } from "vitest";

import { Freshness } from "../../../src/verify/freshness.js";

const HOUR_MS = 3_600_000;
/** The reader's clock is behind, so it cannot tell by itself that news is old. */
const BEHIND_MS = HOUR_MS;

let nowMs: number;
let freshness: Freshness;

beforeEach(() => {
  nowMs = 100 * HOUR_MS;
  freshness = new Freshness({ wallMs: () => nowMs - BEHIND_MS, steadyMs: () => nowMs });
  freshness.ask();
  freshness.begin(nowMs);
});

/** A new answer, and its first news. */
const answer = (asOfMs: number) => {
  freshness.ask();
  freshness.learn(asOfMs);
};

describe("news", () => {
  it("whose asOf did not move on do not make what is known younger, in another answer either", () => {
    const asOfMs = nowMs;
    for (let second = 1; second <= 10; second += 1) {
      nowMs += 1000;
      answer(asOfMs);
      expect(freshness.ageMs()).toBe(second * 1000);
    }
    answer(asOfMs + 1);
    expect(freshness.ageMs()).toBe(0);
  });

  it("of a clock that was set back a little count from the second on", () => {
    nowMs += 4000;
    answer(nowMs - 30_000);
    expect(freshness.ageMs()).toBe(4000);
    nowMs += 1000;
    answer(nowMs - 30_000);
    expect(freshness.ageMs()).toBe(0);
  });

  it("set the clock back that are behind the latest before by more than the slack, in several steps too", () => {
    const asOfMs = nowMs;
    expect(freshness.isSetBack(asOfMs - 60_000)).toBe(false);
    expect(freshness.isSetBack(asOfMs - 60_001)).toBe(true);
    answer(asOfMs - 40_000);
    expect(freshness.isSetBack(asOfMs - 60_001)).toBe(true);
    freshness.begin(asOfMs - HOUR_MS);
    expect(freshness.isSetBack(asOfMs - HOUR_MS)).toBe(false);
  });

  it("set the clock back that are too far behind the time that has passed", () => {
    const asOfMs = nowMs;
    nowMs += 60_001;
    expect(freshness.isSetBack(asOfMs)).toBe(true);
    expect(freshness.isSetBack(asOfMs + 1)).toBe(false);
  });

  it("do not take back what the service's clock has reached", () => {
    answer(nowMs - 30_000);
    expect(freshness.asOfMs()).toBe(nowMs);
  });
});
