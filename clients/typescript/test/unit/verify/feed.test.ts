import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import type { TokenVerifier } from "../../../src/verify/index.js";
import { failureOf } from "../service_double.js";
import { API_KEY, pass, refusal, settle, timePassesUntil, VerifierService } from "./service.js";
import { goodClaims, newKey, signed, type SigningKey } from "./tokens.js";

const SNAPSHOT = "/revocations/snapshot";
const STREAM = "/revocations";
const HOUR_MS = 3_600_000;
const unavailable = (reason: string) => ({ name: "GatehouseUnavailable", reason });
const stale = unavailable("stale");

let key: SigningKey;
let service: VerifierService;
let verifier: TokenVerifier;

beforeAll(async () => {
  key = await newKey("ES256", "the-kid");
});

beforeEach(() => {
  vi.useFakeTimers();
  service = new VerifierService();
  service.keys = [key];
  verifier = service.following();
});

afterEach(async () => {
  verifier.close();
  await settle();
  vi.useRealTimers();
});

/** A clock that shows another time than the service's. */
const shifted = (ms: number) => ({ wallMs: () => Date.now() + ms, steadyMs: () => performance.now() });
const token = (claims: object = {}) => signed(key, goodClaims(claims));
/** Whether a token is accepted; a failure is returned, too. */
const outcomeOf = async (text: string) => {
  try {
    return (await verifier.verify(text)) !== null;
  } catch (error) {
    return error;
  }
};

describe("revocations", () => {
  it("are read from a snapshot and then from where it ends", async () => {
    service.feed.revoke("session", 99);
    expect(await outcomeOf(await token())).toBe(true);
    await settle();
    expect(service.asked.map(({ path }) => path)).toEqual([SNAPSHOT, "/.well-known/jwks.json", STREAM]);
    expect(service.asked[0]?.headers).toMatchObject({ Accept: "application/json", "X-API-Key": API_KEY });
    expect(service.asked[2]?.headers).toMatchObject({ Accept: "text/event-stream", "X-API-Key": API_KEY, "Last-Event-ID": "after-1" });
  });

  it.each([
    ["session", 5],
    ["session", "5"],
    ["user", 7],
    ["signing_key", "the-kid"],
  ])("of a %s refuse its tokens, from the snapshot and from the stream", async (kind, id) => {
    const text = await token();
    expect(await outcomeOf(text)).toBe(true);
    await settle();
    service.feed.revoke(kind, id);
    await settle();
    expect(await outcomeOf(text)).toBe(false);
    const another = service.following();
    expect(await another.verify(text)).toBeNull();
    another.close();
  });

  it("of others change nothing", async () => {
    const text = await token();
    await verifier.verify(text);
    await settle();
    for (const [kind, id] of [["session", 7], ["user", 5], ["signing_key", "5"], ["session", 55]]) service.feed.revoke(kind as string, id);
    await settle();
    expect(await outcomeOf(text)).toBe(true);
  });

  it("refuse a token without a session, which they could not name", async () => {
    for (const sid of [undefined, "", 5]) expect(await outcomeOf(await token({ sid }))).toBe(false);
  });

  it("refuse also while nothing newer is known", async () => {
    service.feed.revoke("session", 5);
    const text = await token();
    expect(await outcomeOf(text)).toBe(false);
    service.feed.end();
    service.instead.set(STREAM, () => new Error("no network"));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await outcomeOf(text)).toBe(false);
    expect(await outcomeOf(await token({ sid: "6" }))).toMatchObject(stale);
  });

  it("tell a reader whose clock is behind that a token has expired", async () => {
    verifier = service.following(5000, { clock: shifted(-HOUR_MS) });
    const text = await token({ iat: 0, exp: Math.floor(Date.now() / 1000) + 2 });
    expect(await outcomeOf(text)).toBe(true);
    await pass(service, 3000);
    expect(await outcomeOf(text)).toBe(false);
  });

  it.each([
    ["session", 5, true],
    ["signing_key", "the-kid", false],
  ])("of a %s outlast a new snapshot only where they are in it, but keys always", async (kind, id, isGoodAgain) => {
    service.feed.revoke(kind, id);
    const text = await token({ exp: Math.floor(Date.now() / 1000) + 36_000 });
    expect(await outcomeOf(text)).toBe(false);
    service.feed.log.length = 0;
    service.feed.end();
    await pass(service, 2000);
    expect(service.count(SNAPSHOT)).toBe(2);
    expect(await outcomeOf(text)).toBe(isGoodAgain);
  });
});

describe("what is known of revocations", () => {
  it("is fresh while the service says so", async () => {
    const text = await token();
    await verifier.verify(text);
    for (let second = 0; second < 60; second += 1) {
      await pass(service, 1000);
      expect(await outcomeOf(text)).toBe(true);
    }
    expect(service.count(STREAM)).toBe(1);
  });

  it("is too old once the service was silent for as long as it may be", async () => {
    const text = await token();
    await verifier.verify(text);
    await settle();
    service.instead.set(STREAM, () => "silence");
    await vi.advanceTimersByTimeAsync(4999);
    expect(await outcomeOf(text)).toBe(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(await outcomeOf(text)).toMatchObject(stale);
  });

  it("is too old while the service itself knows nothing newer", async () => {
    const text = await token();
    await verifier.verify(text);
    service.feed.lagMs = 5001;
    await pass(service, 10_000);
    expect(await outcomeOf(text)).toMatchObject(stale);
    service.feed.lagMs = 0;
    await pass(service, 10_000);
    expect(await outcomeOf(text)).toBe(true);
  });

  it.each([
    ["right", 0],
    ["an hour behind", -HOUR_MS],
  ])("is too old where the network holds it back, and another connection is tried (a clock that is %s)", async (_, shiftMs) => {
    verifier = service.following(5000, { clock: shifted(shiftMs) });
    const text = await token({ iat: 0 });
    await verifier.verify(text);
    await pass(service, 2000);
    const said = Array.from({ length: 10 }, (_, second) => `event: as-of\ndata: {"asOf":"${new Date(Date.now() + second * 1000).toISOString()}"}\n\n`);
    service.instead.set(STREAM, () => "silence");
    for (const event of said) {
      await vi.advanceTimersByTimeAsync(2000);
      service.feed.send(event);
      await settle();
    }
    expect(service.count(STREAM)).toBeGreaterThan(1);
    expect(await outcomeOf(text)).toMatchObject(stale);
  });

  it.each([
    ["the wall clock was set forward", { wallMs: 5000, steadyMs: 0 }, 0],
    ["the machine slept", { wallMs: 5000, steadyMs: 0 }, 0],
    ["the wall clock stands still", { wallMs: -5000, steadyMs: 0 }, 5000],
    ["the wall clock was set back", { wallMs: -3_600_000, steadyMs: 0 }, 5000],
    ["the steady clock stands still", { wallMs: 0, steadyMs: -5000 }, 5000],
  ])("is too old where %s", async (_, shift, passedMs) => {
    const offset = { wallMs: 0, steadyMs: 0 };
    const clock = { wallMs: () => Date.now() + offset.wallMs, steadyMs: () => performance.now() + offset.steadyMs };
    verifier = service.following(5000, { clock });
    const text = await signed(key, goodClaims({ iat: 0 }));
    expect(await outcomeOf(text)).toBe(true);
    await settle();
    service.instead.set(STREAM, () => "silence");
    await vi.advanceTimersByTimeAsync(passedMs);
    Object.assign(offset, shift);
    expect(await outcomeOf(text)).toMatchObject(stale);
  });

  it("is too old for a reader whose clock is ahead by more than that", async () => {
    verifier = service.following(5000, { clock: shifted(5001) });
    expect(await outcomeOf(await token())).toMatchObject(stale);
  });
});

describe("an end of the stream", () => {
  it("is followed by one that begins where it ended", async () => {
    const text = await token();
    await verifier.verify(text);
    await settle();
    service.feed.revoke("session", 1);
    await settle();
    service.feed.end();
    service.feed.revoke("session", 5);
    await pass(service, 1000);
    expect(service.asked.filter(({ path }) => path === STREAM).map(({ headers }) => headers["Last-Event-ID"])).toEqual(["after-0", "after-1"]);
    expect(await outcomeOf(text)).toBe(false);
    expect(service.count(SNAPSHOT)).toBe(1);
  });

  it("by a failure of the network is the same", async () => {
    await verifier.verify(await token());
    await settle();
    service.feed.end(new TypeError("terminated"));
    await pass(service, 1000);
    expect(service.feed.readers).toBe(1);
  });

  it.each([
    [410, "cursor_too_old"],
    [400, "invalid_cursor"],
  ])("with %i %s is followed by a new snapshot", async (status, code) => {
    service.feed.revoke("session", 1);
    await verifier.verify(await token());
    await settle();
    service.feed.end();
    service.instead.set(STREAM, () => {
      service.instead.delete(STREAM);
      return refusal(status, code);
    });
    service.feed.revoke("user", 7);
    await pass(service, 3000);
    expect(service.count(SNAPSHOT)).toBe(2);
    expect(service.feed.readers).toBe(1);
    expect(await outcomeOf(await token())).toBe(false);
  });

  it("is not waited for where the service falls silent", async () => {
    await verifier.verify(await token());
    await settle();
    await vi.advanceTimersByTimeAsync(5000);
    expect(service.count(STREAM)).toBe(2);
    expect(service.asked.find(({ path }) => path === STREAM)?.init.signal?.aborted).toBe(true);
    expect(await outcomeOf(await token())).toBe(true);
  });

  it("comes also where it sends nothing but comments", async () => {
    await verifier.verify(await token());
    await settle();
    for (let half = 0; half < 10; half += 1) {
      await vi.advanceTimersByTimeAsync(500);
      service.feed.send(": still here\n\n");
      await settle();
    }
    expect(service.count(STREAM)).toBeGreaterThan(1);
  });
});

describe("after failures the pause", () => {
  const attempts = async (random: number, ms: number) => {
    verifier = service.following(5000, { random: () => random });
    await verifier.verify(await token());
    await settle();
    service.instead.set(STREAM, () => new Error("no network"));
    service.feed.end();
    const from = Date.now();
    await vi.advanceTimersByTimeAsync(ms);
    return service.asked.slice(3).map(({ at }) => at - from);
  };

  it("grows to a bound", async () => {
    expect(await attempts(1, 40_000)).toEqual([500, 1500, 3500, 7500, 15_500, 23_500, 31_500, 39_500]);
  });

  it("is drawn over its whole length", async () => {
    expect(await attempts(0.1, 2000)).toEqual([50, 150, 350, 750, 1550]);
  });

  it("is what the service wants, and more", async () => {
    verifier = service.following(5000, { random: () => 0 });
    service.instead.set(STREAM, () => refusal(503, "too_many_readers", { "Retry-After": "3" }));
    await verifier.verify(await token());
    await vi.advanceTimersByTimeAsync(9500);
    expect(service.asked.slice(2).map(({ at }, index, all) => at - (all[index - 1]?.at ?? at))).toEqual([0, 3000, 3000, 3000]);
  });

  it("is short again after news", async () => {
    await attempts(0.5, 10_000);
    service.instead.clear();
    await vi.advanceTimersByTimeAsync(4000);
    expect(service.feed.readers).toBe(1);
    service.feed.end();
    await vi.advanceTimersByTimeAsync(500);
    expect(service.feed.readers).toBe(1);
  });
});

describe("before the first snapshot", () => {
  it.each([
    [401, "invalid_api_key"],
    [403, "missing_scope"],
    [404, "not_found"],
  ])("a %i says at once that the settings are at fault", async (status, code) => {
    service.instead.set(SNAPSHOT, () => refusal(status, code));
    for (let round = 0; round < 2; round += 1) expect(await outcomeOf(await token())).toMatchObject({ ...unavailable("configuration"), cause: { code } });
  });

  it.each([
    ["nobody answers", () => new Error("no network"), "network"],
    ["the service is in trouble", () => refusal(500, "internal_error"), "network"],
    ["the service says nothing", () => "silence" as const, "timeout"],
  ])("checks wait for it while %s, but not for ever", async (_, fate, reason) => {
    service.instead.set(SNAPSHOT, fate);
    const text = await token();
    const from = Date.now();
    expect(await timePassesUntil(outcomeOf(text))).toMatchObject(unavailable(reason));
    expect(Date.now() - from).toBeGreaterThanOrEqual(5000);
    service.instead.clear();
    await vi.advanceTimersByTimeAsync(20_000);
    await pass(service, 1000);
    expect(await outcomeOf(text)).toBe(true);
  });

  it("checks fail when the verifier is closed", async () => {
    service.instead.set(SNAPSHOT, () => "silence");
    const failing = failureOf(verifier.verify(await token()));
    await settle();
    verifier.close();
    expect(await failing).toMatchObject(unavailable("closed"));
  });

  it.each([
    ["is no JSON", "<html>"],
    ["is cut off", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z","revocations":['],
    ["has no cursor", '{"asOf":"2026-11-27T10:00:00.000Z","revocations":[]}'],
    ["has a cursor that no field can hold", '{"cursor":"a\\nb","asOf":"2026-11-27T10:00:00.000Z","revocations":[]}'],
    ["has no time", '{"cursor":"c","revocations":[]}'],
    ["has no list", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z"}'],
    ["has something else in its list", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z","revocations":[7]}'],
    ["has a revocation of something unknown", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z","revocations":[{"kind":"device","id":1,"until":"2026-11-27T10:00:00.000Z"}]}'],
  ])("one that %s is none", async (_, text) => {
    service.instead.set(SNAPSHOT, () => new Response(text));
    expect(await timePassesUntil(outcomeOf(await token()))).toMatchObject(unavailable("network"));
    expect(service.count(STREAM)).toBe(0);
  });
});

describe("an event", () => {
  const until = "2099-01-01T00:00:00.000Z";
  const news = (changes: object) => `event: revocations\ndata: ${JSON.stringify({ cursor: "after-0", asOf: new Date(Date.now()).toISOString(), revocations: [], ...changes })}\n\n`;

  it.each([
    ["is no JSON", () => "event: revocations\ndata: no\n\n"],
    ["has no cursor", () => news({ cursor: undefined })],
    ["has a cursor that no field can hold", () => news({ cursor: "a\nb" })],
    ["has no time", () => news({ asOf: undefined })],
    ["has a time of another form", () => news({ asOf: "27 Nov 2026" })],
    ["has a time that cannot be", () => news({ asOf: "2026-13-40T10:00:00.000Z" })],
    ["has a list that is none", () => news({ revocations: { kind: "session" } })],
    ["has a revocation that is none", () => news({ revocations: [null] })],
    ["revokes something unknown", () => news({ revocations: [{ kind: "device", id: 5, until }] })],
    ["revokes a session without a number", () => news({ revocations: [{ kind: "session", id: "five", until }] })],
    ["revokes a session with a number that JSON cannot carry", () => news({ revocations: [{ kind: "session", id: 2 ** 53, until }] })],
    ["revokes a key by a number", () => news({ revocations: [{ kind: "signing_key", id: 5, until }] })],
    ["revokes until no time", () => news({ revocations: [{ kind: "session", id: 5, until: "soon" }] })],
    ["says no time", () => "event: as-of\ndata: {}\n\n"],
    ["is endless", () => `data: ${"x".repeat(4_200_000)}`],
  ])("that %s is not passed over: the stream begins again before it", async (_, text) => {
    await verifier.verify(await token());
    await settle();
    service.feed.send(text());
    await vi.advanceTimersByTimeAsync(1000);
    expect(service.asked.filter(({ path }) => path === STREAM).map(({ headers }) => headers["Last-Event-ID"])).toEqual(["after-0", "after-0"]);
    expect(service.feed.readers).toBe(1);
    expect(await outcomeOf(await token())).toBe(true);
  });

  it("that is never understood makes what is known too old", async () => {
    await verifier.verify(await token());
    await settle();
    service.feed.revoke("device", 5);
    await pass(service, 8000);
    expect(await outcomeOf(await token())).toMatchObject({ ...stale, cause: { name: "NotUnderstood" } });
  });

  it("of a type that is not known says nothing", async () => {
    await verifier.verify(await token());
    await settle();
    service.feed.send("event: weather\ndata: rain\n\ndata: no type\n\n");
    await settle();
    expect(await outcomeOf(await token())).toBe(true);
    expect(service.count(STREAM)).toBe(1);
  });
});

describe("close()", () => {
  it("ends the stream, and nothing is asked for any more", async () => {
    await verifier.verify(await token());
    await settle();
    verifier.close();
    await settle();
    expect(service.feed.readers).toBe(0);
    const { length } = service.asked;
    await vi.advanceTimersByTimeAsync(100_000);
    expect(service.asked).toHaveLength(length);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("ends a pause, too", async () => {
    service.instead.set(STREAM, () => new Error("no network"));
    await verifier.verify(await token());
    await settle();
    verifier.close();
    await settle();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("before the first check makes no difference", async () => {
    verifier.close();
    expect(await outcomeOf(await token())).toMatchObject(unavailable("closed"));
    expect(service.asked).toEqual([]);
  });
});
