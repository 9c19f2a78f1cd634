import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { isGatehouseUnavailable, type TokenAlgorithm, type TokenVerifierOptions } from "../../../src/verify/index.js";
import { createTokenVerifier } from "../../../src/verify/index.js";
import { failureOf } from "../service_double.js";
import { VerifierService } from "./service.js";
import { encoded, goodClaims, newKey, signed, type SigningKey } from "./tokens.js";

/** In seconds since 1970. */
const NOW = 1_800_000_000;
const algorithms = ["RS256", "ES256", "EdDSA"] as const;
const keys = {} as Record<TokenAlgorithm, SigningKey>;
let stranger: SigningKey;
let service: VerifierService;

beforeAll(async () => {
  for (const alg of algorithms) keys[alg] = await newKey(alg, `kid-${alg}`);
  stranger = await newKey("ES256", "kid-ES256");
});

beforeEach(() => {
  vi.useFakeTimers({ now: NOW * 1000 });
  service = new VerifierService();
  service.keys = Object.values(keys);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A token of the usual key with other claims, or another header. */
const saying = (claims: object) => () => signed(keys.ES256, goodClaims(claims));
const headed = (header: object) => () => signed(keys.ES256, goodClaims(), header);

describe("a good token", () => {
  it.each(algorithms)("of %s gives its claims", async (alg) => {
    const claims = goodClaims();
    expect(await service.verifier().verify(await signed(keys[alg], claims))).toEqual(claims);
  });

  it.each([
    ["for several", { aud: ["another", "gatehouse"] }],
    ["that expired within the tolerance", { exp: NOW - 4 }],
    ["of a clock that is a little ahead", { iat: NOW + 4 }],
    ["that began", { nbf: NOW }],
    ["with claims of an application", { plan: "gold" }],
    ["without a session, where no revocations are followed", { sid: undefined }],
  ])("%s is accepted", async (_, claims) => {
    expect(await service.verifier().verify(await saying(claims)())).toMatchObject({ sub: "7" });
  });

  it.each(["at+jwt", "application/at+jwt", "AT+JWT", undefined])("may have the type %s", async (typ) => {
    expect(await service.verifier().verify(await headed({ typ })())).not.toBeNull();
  });

  it("may be for any of several audiences", async () => {
    expect(await service.verifier({ audience: ["mine", "gatehouse"] }).verify(await saying({})())).not.toBeNull();
  });

  it("gives claims that are the caller's own", async () => {
    const verifier = service.verifier();
    const token = await saying({})();
    const claims = await verifier.verify(token);
    if (claims) claims.sub = "8";
    expect(await verifier.verify(token)).toMatchObject({ sub: "7" });
  });
});

describe("a token is refused without a request", () => {
  it.each([
    ["is missing", () => undefined],
    ["is null", () => null],
    ["is empty", () => ""],
    ["is a word", () => "token"],
    ["has two parts", () => "e30.e30"],
    ["has four parts", async () => `${await saying({})()}.e30`],
    ["has a part that is empty", () => `${encoded({ alg: "none", kid: "kid-ES256" })}.${encoded(goodClaims())}.`],
    ["is padded", () => `${encoded({ alg: "ES256", kid: "kid-ES256" })}=.${encoded(goodClaims())}.AA`],
    ["is no base64url", () => "a.b.c"],
    ["has bits that are not used", async () => (await saying({})()).replace(/.$/, (last) => String.fromCharCode(last.charCodeAt(0) + 1))],
    ["is no UTF-8", () => `${encoded({ alg: "ES256", kid: "k" })}.${Buffer.from([0x22, 0xff, 0x22]).toString("base64url")}.AA`],
    ["is no JSON", () => `${encoded("no")}.${encoded(goodClaims())}.AA`],
    ["has a list of claims", () => signed(keys.ES256, [goodClaims()])],
    ["has null for claims", () => signed(keys.ES256, null)],
    ["is endless", async () => `${await saying({})()}${"A".repeat(8192)}`],
    ["has no kid", headed({ kid: undefined })],
    ["has a kid that is no text", headed({ kid: 7 })],
    ["has no alg", headed({ alg: undefined })],
    ["has crit", headed({ crit: ["exp"] })],
    ["is of another type", headed({ typ: "dpop+jwt" })],
    ["has a type that is no text", headed({ typ: 1 })],
    ["is of another issuer", saying({ iss: "somebody" })],
    ["has no issuer", saying({ iss: undefined })],
    ["is for others", saying({ aud: "another" })],
    ["is for several others", saying({ aud: ["another", "gatehouse2"] })],
    ["is for nobody", saying({ aud: undefined })],
    ["has no subject", saying({ sub: undefined })],
    ["has an empty subject", saying({ sub: "" })],
    ["has a subject that is no text", saying({ sub: 7 })],
    ["has expired", saying({ exp: NOW - 6 })],
    ["never expires", saying({ exp: undefined })],
    ["expires at no time", saying({ exp: "2099" })],
    ["begins later", saying({ nbf: NOW + 60 })],
    ["begins at no time", saying({ nbf: "now" })],
    ["was issued later", saying({ iat: NOW + 60 })],
    ["was never issued", saying({ iat: undefined })],
  ] as [string, () => Promise<string> | string | null | undefined][])("if it %s", async (_, made) => {
    expect(await service.verifier().verify(await made())).toBeNull();
    expect(service.asked).toEqual([]);
  });
});

describe("a token is refused", () => {
  it.each([
    ["whose signature is another key's", () => signed(stranger)],
    ["whose signature is cut", async () => (await saying({})()).slice(0, -4)],
    ["whose signature has a length that cannot be", async () => (await saying({})()).slice(0, -1)],
    ["of an unknown key", headed({ kid: "unknown" })],
    ["whose alg is not its key's", headed({ alg: "RS256" })],
    ["of no algorithm", headed({ alg: "none" })],
    ["of an algorithm that nobody knows", headed({ alg: "ES384" })],
  ])("%s", async (_, made) => {
    expect(await service.verifier().verify(await made())).toBeNull();
  });

  it("whose claims were changed", async () => {
    const [header, , signature] = (await saying({})()).split(".");
    expect(await service.verifier().verify(`${header ?? ""}.${encoded(goodClaims({ sub: "1" }))}.${signature ?? ""}`)).toBeNull();
  });

  it("that has a public key for its secret", async () => {
    const text = `${encoded({ alg: "HS256", kid: "kid-RS256", typ: "JWT" })}.${encoded(goodClaims())}`;
    const secret = await crypto.subtle.importKey("raw", await crypto.subtle.exportKey("spki", keys.RS256.pair.publicKey), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const signature = Buffer.from(await crypto.subtle.sign("HMAC", secret, Buffer.from(text))).toString("base64url");
    expect(await service.verifier().verify(`${text}.${signature}`)).toBeNull();
  });

  it("whose algorithm is not wanted", async () => {
    const verifier = service.verifier({ algorithms: ["EdDSA"] });
    expect(await verifier.verify(await signed(keys.ES256))).toBeNull();
    expect(await verifier.verify(await signed(keys.EdDSA))).not.toBeNull();
  });

  it("whose type is not the wanted one", async () => {
    const verifier = service.verifier({ type: "at+jwt" });
    expect(await verifier.verify(await headed({ typ: "at+jwt" })())).not.toBeNull();
    for (const typ of ["JWT", undefined]) expect(await verifier.verify(await headed({ typ })())).toBeNull();
  });

  it("once it has expired, although it was good", async () => {
    const verifier = service.verifier({ clockToleranceSeconds: 0 });
    const token = await saying({ exp: NOW + 10 })();
    expect(await verifier.verify(token)).not.toBeNull();
    vi.advanceTimersByTime(10_000);
    expect(await verifier.verify(token)).toBeNull();
  });
});

describe("a signature", () => {
  it("is checked once", async () => {
    const checks = vi.spyOn(crypto.subtle, "verify");
    const verifier = service.verifier();
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, index) => saying({ jti: `${index}` })()));
    for (let round = 0; round < 5; round += 1) for (const token of tokens) expect(await verifier.verify(token)).not.toBeNull();
    expect(checks).toHaveBeenCalledTimes(100);
  });

  it("that is bad is not remembered", async () => {
    const checks = vi.spyOn(crypto.subtle, "verify");
    const verifier = service.verifier();
    const token = await signed(stranger);
    for (let round = 0; round < 3; round += 1) expect(await verifier.verify(token)).toBeNull();
    expect(checks).toHaveBeenCalledTimes(3);
  });
});

describe("a verifier", () => {
  const usual = { jwksUrl: "http://gatehouse.test/keys", issuer: "gatehouse", audience: "gatehouse" };
  const revocations = { url: "http://gatehouse.test/revocations", apiKey: "k" };

  it.each([
    ["an address that is none", { jwksUrl: "keys" }],
    ["an address with a password", { jwksUrl: "http://a:secret@gatehouse.test/keys" }],
    ["no issuer", { issuer: "" }],
    ["no audience", { audience: [] }],
    ["an empty audience", { audience: ["a", ""] }],
    ["no algorithm", { algorithms: [] }],
    ["an algorithm with secrets", { algorithms: ["HS256"] }],
    ["a negative tolerance", { clockToleranceSeconds: -1 }],
    ["an endless tolerance", { clockToleranceSeconds: Infinity }],
    ["no time", { timeoutMs: 0 }],
    ["a feed without a path", { revocations: { ...revocations, url: "http://gatehouse.test" } }],
    ["a feed whose key has a line break", { revocations: { ...revocations, apiKey: "secret\n" } }],
    ["a feed that may not age", { revocations: { ...revocations, maxStalenessMs: 0 } }],
    ["a feed that may age for ever", { revocations: { ...revocations, maxStalenessMs: Infinity } }],
  ])("cannot be made with %s", (_, options) => {
    const made = () => createTokenVerifier({ ...usual, ...options } as TokenVerifierOptions);
    expect(made).toThrow(TypeError);
    expect(made).not.toThrow(/secret/);
  });

  it("asks for nothing before its first check", () => {
    service.following();
    expect(service.asked).toEqual([]);
  });

  it("uses the global fetch of the moment", async () => {
    vi.stubGlobal("fetch", service.fetch);
    const token = await signed(keys.ES256);
    expect(await createTokenVerifier(usual).verify(token)).not.toBeNull();
    vi.unstubAllGlobals();
  });

  it("is of no use once it is closed", async () => {
    const verifier = service.verifier();
    const token = await signed(keys.ES256);
    await verifier.verify(token);
    verifier.close();
    const failure = await failureOf(verifier.verify(token));
    expect(isGatehouseUnavailable(failure)).toBe(true);
    expect(failure).toMatchObject({ reason: "closed" });
  });
});
