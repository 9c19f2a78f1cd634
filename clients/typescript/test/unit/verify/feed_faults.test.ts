/** A service whose clock is set, a flood of revocations and a network in trouble must not make the verifier forget revocations. */

import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { type Clock, systemClock } from "../../../src/verify/clock.js";
import { RevocationFeed } from "../../../src/verify/feed.js";
import { API_KEY, pass, settle, TOKEN_TTL_MS, VerifierService } from "./service.js";
import { goodClaims, newKey, signed, type SigningKey } from "./tokens.js";

const SNAPSHOT = "/revocations/snapshot";
const STREAM = "/revocations";
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const stale = { name: "GatehouseUnavailable", reason: "stale" };

let key: SigningKey;
let service: VerifierService;
let closing: AbortController;

beforeAll(async () => {
  key = await newKey("ES256", "the-kid");
});

beforeEach(() => {
  vi.useFakeTimers();
  service = new VerifierService();
  service.keys = [key];
  closing = new AbortController();
});

afterEach(async () => {
  closing.abort(new Error("closed"));
  await settle();
  vi.useRealTimers();
});

const shifted = (ms: number): Clock => ({ wallMs: () => Date.now() + ms, steadyMs: () => performance.now() });

const following = (clock = systemClock) => {
  const verifier = service.following(5000, { clock });
  closing.signal.addEventListener("abort", () => {
    verifier.close();
  });
  return async (text: string) => {
    try {
      return (await verifier.verify(text)) !== null;
    } catch (error) {
      return error;
    }
  };
};

const token = (sid: string) => signed(key, goodClaims({ sid, iat: 0 }));

/** An event with this many revocations, of sessions that no test asks about. */
const eventOf = (count: number, asOfMs: number) => {
  const until = new Date(Date.now() + TOKEN_TTL_MS).toISOString();
  const revocations = Array.from({ length: count }, (_, index) => ({ kind: "session", id: 1000 + index, until }));
  return `event: revocations\ndata: ${JSON.stringify({ cursor: "after-0", asOf: new Date(asOfMs).toISOString(), revocations })}\n\n`;
};

describe("a clock of the service that is ahead for a moment", () => {
  it("makes nobody forget revocations", async () => {
    const outcomeOf = following();
    const [revoked, good] = [await token("5"), await token("6")];
    service.feed.revoke("session", 5);
    expect(await outcomeOf(good)).toBe(true);
    await pass(service, 2000);
    service.feed.lagMs = -2 * HOUR_MS;
    await pass(service, 2000);
    expect(await outcomeOf(revoked)).toBe(false);
    service.feed.lagMs = 0;
    for (let second = 0; second < 10; second += 1) {
      await pass(service, 1000);
      expect(await outcomeOf(revoked)).toBe(false);
    }
    expect(await outcomeOf(good)).toBe(true);
    expect(service.count(SNAPSHOT)).toBe(2);
  });

  it("leaves nothing out of what is known where it made the snapshot", async () => {
    const outcomeOf = following();
    const [revoked, good] = [await token("5"), await token("6")];
    service.feed.revoke("session", 5);
    service.feed.lagMs = -2 * HOUR_MS;
    expect(await outcomeOf(revoked)).toBe(false);
    service.feed.lagMs = 0;
    service.feed.end();
    await pass(service, 10_000);
    expect(await outcomeOf(revoked)).toBe(false);
    expect(await outcomeOf(good)).toBe(true);
  });

  it("by less than the slack lets nobody in whom the snapshot left out", async () => {
    const outcomeOf = following();
    const revoked = await token("5");
    service.feed.revoke("session", 5);
    await vi.advanceTimersByTimeAsync(TOKEN_TTL_MS - 40_000);
    service.feed.lagMs = -50_000;
    await outcomeOf(revoked);
    service.feed.lagMs = 0;
    service.feed.end();
    await pass(service, 10_000);
    expect(await outcomeOf(await signed(key, goodClaims({ sid: "6" })))).toBe(true);
    expect(await outcomeOf(revoked)).toBe(false);
  });
});

describe("an answer that begins with a part of the news", () => {
  const afterOutage = async (opening: (asOfMs: number) => string) => {
    const outcomeOf = following(shifted(-15 * MINUTE_MS));
    const good = await token("6");
    expect(await outcomeOf(good)).toBe(true);
    await settle();
    const lostAtMs = Date.now();
    service.instead.set(STREAM, () => new Error("no network"));
    service.feed.end();
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(await outcomeOf(good)).toMatchObject(stale);
    service.feed.opening = opening(lostAtMs);
    service.instead.delete(STREAM);
    return () => outcomeOf(good);
  };

  it("of 1,000 revocations is not as young as the request", async () => {
    const outcome = await afterOutage((asOfMs) => eventOf(1000, asOfMs));
    for (let half = 0; half < 40; half += 1) {
      await vi.advanceTimersByTimeAsync(500);
      expect(await outcome()).toMatchObject(stale);
    }
    expect(service.feed.readers).toBe(1);
    service.feed.beat();
    await settle();
    expect(await outcome()).toBe(true);
    expect(service.count(SNAPSHOT)).toBe(1);
  });

  it("far older than the request is not as young as that: a snapshot is", async () => {
    const outcome = await afterOutage((asOfMs) => eventOf(1, asOfMs));
    service.instead.set(SNAPSHOT, () => new Error("no network"));
    for (let half = 0; half < 40; half += 1) {
      await vi.advanceTimersByTimeAsync(500);
      expect(await outcome()).toMatchObject(stale);
    }
    service.instead.clear();
    service.feed.opening = undefined;
    await pass(service, 10_000);
    expect(await outcome()).toBe(true);
  });
});

describe("an asOf that stands still", () => {
  it("makes what is known too old, however often the stream begins again", async () => {
    const outcomeOf = following(shifted(-HOUR_MS));
    const good = await token("6");
    expect(await outcomeOf(good)).toBe(true);
    service.feed.standsAtMs = Date.now();
    for (let round = 0; round < 5; round += 1) {
      await pass(service, 2000);
      service.feed.end();
    }
    expect(service.count(STREAM)).toBeGreaterThan(3);
    expect(await outcomeOf(good)).toMatchObject(stale);
    service.feed.standsAtMs = undefined;
    await pass(service, 5000);
    expect(await outcomeOf(good)).toBe(true);
  });
});

describe("more revocations than there is room for", () => {
  const outcomes = () => {
    const settings = { url: "http://gatehouse.test", path: STREAM, apiKey: API_KEY, timeoutMs: 5000, fetch: service.fetch, maxStalenessMs: 5000, revocationsMax: 3 };
    const feed = new RevocationFeed(settings, { clock: systemClock, random: () => 0.5, closed: closing.signal });
    feed.start();
    return (sid: string) => {
      try {
        return feed.revokes({ sid, sub: "0", kid: "k" });
      } catch (error) {
        return error;
      }
    };
  };
  const fill = () => {
    for (const id of [1, 2, 3]) service.feed.revoke("session", id);
  };

  it("make what is known too old, until there is room", async () => {
    const revokes = outcomes();
    fill();
    await pass(service, 1000);
    expect([revokes("1"), revokes("9")]).toEqual([true, false]);
    service.feed.revoke("session", 4);
    await pass(service, 10_000);
    expect(revokes("1")).toBe(true);
    expect(revokes("9")).toMatchObject({ ...stale, cause: { name: "TooManyRevocations" } });
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS);
    expect(service.count(SNAPSHOT)).toBeLessThan(15);
    expect(revokes("9")).toMatchObject(stale);
    await pass(service, TOKEN_TTL_MS);
    expect(revokes("9")).toBe(false);
  });

  it("are not those that are known already", async () => {
    const revokes = outcomes();
    fill();
    fill();
    await pass(service, 10_000);
    expect([revokes("1"), revokes("9"), service.count(SNAPSHOT)]).toEqual([true, false, 1]);
  });

  it("are not those that follow when others are over", async () => {
    const revokes = outcomes();
    fill();
    await pass(service, TOKEN_TTL_MS + 2 * MINUTE_MS);
    service.feed.revoke("session", 4);
    await settle();
    expect([revokes("4"), revokes("9"), service.count(SNAPSHOT)]).toEqual([true, false, 1]);
  });
});
