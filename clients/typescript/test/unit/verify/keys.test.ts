import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { lifetimeOf } from "../../../src/verify/cache_control.js";
import { failureOf } from "../service_double.js";
import { refusal, settle, VerifierService } from "./service.js";
import { goodClaims, newKey, signed, type SigningKey } from "./tokens.js";

const PATH = "/.well-known/jwks.json";
const HOUR_MS = 3_600_000;
const unavailable = (reason: string) => ({ name: "GatehouseUnavailable", reason });

let first: SigningKey;
let second: SigningKey;
let service: VerifierService;

beforeAll(async () => {
  first = await newKey("ES256", "first");
  second = await newKey("EdDSA", "second");
});

beforeEach(() => {
  vi.useFakeTimers();
  service = new VerifierService();
  service.keys = [first];
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A token that is valid for so long that only the age of the keys matters. */
const lasting = (key: SigningKey) => signed(key, goodClaims({ exp: Math.floor(Date.now() / 1000) + 1_000_000 }));

describe("the keys", () => {
  it("are fetched once for all who wait", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await Promise.all(Array.from({ length: 50 }, () => verifier.verify(token)));
    expect(service.count(PATH)).toBe(1);
  });

  it("are asked for without a key, past every cache", async () => {
    await service.verifier().verify(await lasting(first));
    expect(service.asked[0]).toMatchObject({ headers: { Accept: "application/json" }, init: { redirect: "manual", cache: "no-store" } });
    expect(service.asked[0]?.headers).not.toHaveProperty("X-API-Key");
  });

  it("are kept for as long as the service says", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    vi.advanceTimersByTime(HOUR_MS - 1);
    await verifier.verify(token);
    expect(service.count(PATH)).toBe(1);
  });

  it("are fetched in the background while the old ones may be used", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    vi.advanceTimersByTime(HOUR_MS);
    service.instead.set(PATH, () => "silence");
    expect(await verifier.verify(token)).not.toBeNull();
    expect(service.count(PATH)).toBe(2);
  });

  it("are not used once they are too old", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    service.instead.set(PATH, () => new Error("no network"));
    vi.advanceTimersByTime(HOUR_MS + 600_000);
    expect(await failureOf(verifier.verify(token))).toMatchObject(unavailable("network"));
  });

  it("that the service withdrew count no more after the next fetch", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    service.keys = [second];
    vi.advanceTimersByTime(2 * HOUR_MS);
    expect(await verifier.verify(token)).toBeNull();
    expect(await verifier.verify(await lasting(second))).not.toBeNull();
  });

  it("are counted by their content, not by their id", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    service.keys = [await newKey("ES256", "first")];
    vi.advanceTimersByTime(2 * HOUR_MS);
    expect(await verifier.verify(token)).toBeNull();
  });

  it("that stay the same are not imported again", async () => {
    const imports = vi.spyOn(crypto.subtle, "importKey");
    const verifier = service.verifier();
    const token = await lasting(first);
    await verifier.verify(token);
    vi.advanceTimersByTime(2 * HOUR_MS);
    await verifier.verify(token);
    expect(service.count(PATH)).toBe(2);
    expect(imports).toHaveBeenCalledTimes(1);
  });
});

describe("an unknown id", () => {
  it("has the keys fetched again, so that a new key is known at once", async () => {
    const verifier = service.verifier();
    await verifier.verify(await lasting(first));
    service.keys = [first, second];
    expect(await verifier.verify(await lasting(second))).not.toBeNull();
    expect(service.count(PATH)).toBe(2);
  });

  it("does so once a minute, however many there are", async () => {
    const verifier = service.verifier();
    await verifier.verify(await lasting(first));
    const tokens = await Promise.all(Array.from({ length: 500 }, (_, index) => signed(first, goodClaims(), { kid: `unknown-${index}` })));
    for (let minute = 0; minute < 3; minute += 1) {
      expect(await Promise.all(tokens.map((token) => verifier.verify(token)))).toEqual(tokens.map(() => null));
      for (const token of tokens) expect(await verifier.verify(token)).toBeNull();
      expect(service.count(PATH)).toBe(2 + minute);
      vi.advanceTimersByTime(60_000);
    }
  });

  it("is not known to be bad where the keys cannot be fetched", async () => {
    const verifier = service.verifier();
    await verifier.verify(await lasting(first));
    service.instead.set(PATH, () => new Error("no network"));
    const token = await lasting(second);
    for (let round = 0; round < 3; round += 1) expect(await failureOf(verifier.verify(token))).toMatchObject(unavailable("network"));
    expect(await verifier.verify(await lasting(first))).not.toBeNull();
    expect(service.count(PATH)).toBe(2);
  });
});

describe("without keys nothing is known", () => {
  it.each([
    ["nobody answers", () => new Error("no network")],
    ["the service is in trouble", () => refusal(500, "internal_error")],
    ["a gateway leads elsewhere", () => new Response(null, { status: 302, headers: { Location: "http://elsewhere.test" } })],
    ["the answer is no JSON", () => new Response("<html>")],
    ["the answer has no keys", () => Response.json({})],
    ["the answer has very many keys", () => Response.json({ keys: Array.from({ length: 101 }, () => ({})) })],
    ["the answer is endless", () => new Response(`{"keys":[${" ".repeat(1_100_000)}]}`)],
    ["the answer is empty", () => new Response(null, { status: 204 })],
  ])("where %s", async (_, fate) => {
    service.instead.set(PATH, fate);
    expect(await failureOf(service.verifier().verify(await lasting(first)))).toMatchObject(unavailable("network"));
  });

  it("where nobody answers in time", async () => {
    service.instead.set(PATH, () => "silence");
    const failing = failureOf(service.verifier({ timeoutMs: 200 }).verify(await lasting(first)));
    await settle();
    await vi.advanceTimersByTimeAsync(200);
    expect(await failing).toMatchObject(unavailable("timeout"));
    expect(service.asked[0]?.init.signal?.aborted).toBe(true);
  });

  it("where it is closed meanwhile", async () => {
    service.instead.set(PATH, () => "silence");
    const verifier = service.verifier();
    const failing = failureOf(verifier.verify(await lasting(first)));
    await settle();
    verifier.close();
    expect(await failing).toMatchObject(unavailable("closed"));
  });

  it("for a second, and for as long as the service wants", async () => {
    const verifier = service.verifier();
    const token = await lasting(first);
    service.instead.set(PATH, () => refusal(503, "unavailable", { "Retry-After": "7" }));
    for (const [waitMs, count] of [[0, 1], [6999, 1], [1, 2]] as const) {
      vi.advanceTimersByTime(waitMs);
      await failureOf(verifier.verify(token));
      expect(service.count(PATH)).toBe(count);
    }
    service.instead.clear();
    vi.advanceTimersByTime(7000);
    expect(await verifier.verify(token)).not.toBeNull();
  });
});

describe("a published key", () => {
  const published = async (changes: object, key = first) => {
    service.keys = [{ ...key, jwk: { ...key.jwk, ...changes } }];
    return service.verifier().verify(await lasting(key));
  };

  it.each([
    ["does not say its alg", { alg: undefined }],
    ["does not say its use", { use: undefined }],
    ["is there to verify", { key_ops: ["verify"] }],
    ["came with its private half", { d: "AAAA" }],
  ])("works where it %s", async (_, changes) => {
    expect(await published(changes)).not.toBeNull();
  });

  it.each([
    ["encrypts", { use: "enc" }],
    ["signs only", { key_ops: ["sign"] }],
    ["has operations that are no list", { key_ops: "verify" }],
    ["says another alg", { alg: "RS256" }],
    ["is of another curve", { crv: "P-384" }],
    ["is a secret", { kty: "oct", k: "AAAA", alg: "HS256" }],
    ["lacks a member", { y: undefined }],
    ["has no id", { kid: undefined }],
  ])("is left out where it %s", async (_, changes) => {
    expect(await published(changes)).toBeNull();
  });

  it("cannot be used where it is broken, which says nothing about its tokens", async () => {
    await expect(published({ x: "AAAA" })).rejects.toMatchObject(unavailable("configuration"));
  });

  it("cannot be used where it is too short", async () => {
    await expect(published({}, await newKey("RS256", "short", { modulusLength: 1024 }))).rejects.toMatchObject(unavailable("configuration"));
  });

  it("counts where it stands first, and others beside it need not be known", async () => {
    const jwk = { ...second.jwk, kid: "first" };
    service.instead.set(PATH, () => Response.json({ keys: [null, 7, { kty: "new" }, first.jwk, jwk] }));
    expect(await service.verifier().verify(await lasting(first))).not.toBeNull();
  });
});

describe("Cache-Control", () => {
  it.each([
    ["max-age=3600", 3600, 3600],
    ["public, max-age=3600, stale-while-revalidate=600", 3600, 4200],
    ["Max-Age=\"90\"", 90, 90],
    ["s-maxage=90", 600, 600],
    ["", 600, 600],
    ["max-age=0", 60, 60],
    ["no-store, max-age=3600", 60, 60],
    ["no-cache", 60, 60],
    ["max-age=31536000, stale-while-revalidate=31536000", 86_400, 86_400],
  ])("%s", (value, freshSeconds, usableSeconds) => {
    expect(lifetimeOf(new Headers({ "Cache-Control": value }))).toEqual({ freshMs: freshSeconds * 1000, usableMs: usableSeconds * 1000 });
  });

  it.each([
    [3600, 60, 600],
    [3900, 60, 300],
    [4190, 60, 60],
    [9000, 60, 60],
  ])("gave the whole of stale-while-revalidate again behind a cache that had used it up: Age %i", (age, freshSeconds, usableSeconds) => {
    const headers = new Headers({ "Cache-Control": "max-age=3600, stale-while-revalidate=600", Age: String(age) });
    expect(lifetimeOf(headers)).toEqual({ freshMs: freshSeconds * 1000, usableMs: usableSeconds * 1000 });
  });

  it("counts from when a cache before the service got it", () => {
    expect(lifetimeOf(new Headers({ "Cache-Control": "max-age=3600", Age: "600" }))).toEqual({ freshMs: 3_000_000, usableMs: 3_000_000 });
    expect(lifetimeOf(new Headers({ "Cache-Control": "max-age=3600", Age: "soon" })).freshMs).toBe(HOUR_MS);
  });
});
