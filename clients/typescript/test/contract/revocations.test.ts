import { afterEach, describe, expect, it, vi } from "vitest";

import { createTokenVerifier, type TokenVerifier } from "../../src/verify/index.js";
import { command, Replica } from "./replica.js";
import { apiKey, client, failureOf, pid, registered, url } from "./service.js";

const gatehouse = client();
const patient = { timeout: 60_000, interval: 5 };
const unavailable = (reason: string) => ({ name: "GatehouseUnavailable", reason });

const verifiers: TokenVerifier[] = [];

/** A verifier that is patient if the machine stalls, unless a test is about that. */
function verifierOf({ at = url, path = "/revocations", key = apiKey, maxStalenessMs = 60_000 } = {}): TokenVerifier {
  const revocations = { url: at + path, apiKey: key, maxStalenessMs };
  const verifier = createTokenVerifier({ jwksUrl: `${at}/.well-known/jwks.json`, issuer: "gatehouse", audience: "gatehouse", timeoutMs: 60_000, revocations });
  verifiers.push(verifier);
  return verifier;
}

afterEach(() => {
  for (const verifier of verifiers.splice(0)) verifier.close();
});

const isRefusedBy = (verifier: TokenVerifier, token: string) => async () => (await verifier.verify(token)) === null;
const isUnknownTo = (verifier: TokenVerifier, token: string) => () => verifier.verify(token).then(() => false, () => true);

describe("a token", () => {
  it("is accepted, and says whose it is", async () => {
    const { id, email, password } = await registered();
    const { token } = await gatehouse.login({ email, password });
    expect(await verifierOf().verify(token)).toMatchObject({ sub: String(id), id, iss: "gatehouse", aud: "gatehouse", amr: ["pwd"] });
  });

  it("is refused after a logout, and those of other sessions are not", async () => {
    const person = await registered();
    const logins = await Promise.all(Array.from({ length: 10 }, () => gatehouse.login(person)));
    const verifier = verifierOf();
    for (const { token } of logins) expect(await verifier.verify(token)).not.toBeNull();
    for (const [index, { session, token }] of logins.entries()) {
      await gatehouse.session.logout(session);
      await vi.waitUntil(isRefusedBy(verifier, token), patient);
      for (const other of logins.slice(index + 1)) expect(await verifier.verify(other.token)).not.toBeNull();
    }
  });

  it("is refused by a verifier that comes later", async () => {
    const person = await registered();
    const [ended, open] = [await gatehouse.login(person), await gatehouse.login(person)];
    await gatehouse.session.logout(ended.session);
    const verifier = verifierOf();
    expect(await verifier.verify(ended.token)).toBeNull();
    expect(await verifier.verify(open.token)).not.toBeNull();
  });

  it.each([
    ["deleted", (id: number) => gatehouse.users.delete(id)],
    ["disabled", (id: number) => gatehouse.users.disable(id)],
    ["logged out everywhere", (id: number) => gatehouse.users.endSessions(id)],
  ])("is refused once its user is %s", async (_, end) => {
    const [person, other] = [await registered(), await registered()];
    const [{ token }, others] = [await gatehouse.login(person), await gatehouse.login(other)];
    const verifier = verifierOf();
    expect(await verifier.verify(token)).not.toBeNull();
    await end(person.id);
    await vi.waitUntil(isRefusedBy(verifier, token), patient);
    expect(await verifierOf().verify(token)).toBeNull();
    expect(await verifier.verify(others.token)).not.toBeNull();
  });

  it("is refused once its user has another password", async () => {
    const person = await registered();
    const { session, token } = await gatehouse.login(person);
    const verifier = verifierOf();
    expect(await verifier.verify(token)).not.toBeNull();
    const login = await gatehouse.password.change({ session, currentPassword: person.password, newPassword: "a quite different one" });
    await vi.waitUntil(isRefusedBy(verifier, token), patient);
    expect(await verifier.verify(login.token)).not.toBeNull();
  });
});

function kidOf(token: string): string {
  return (JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()) as { kid: string }).kid;
}

describe("a signing key", () => {
  it("that is revoked takes its tokens with it, and leaves others", async () => {
    const person = await registered();
    const before = await gatehouse.login(person);
    const { kid } = JSON.parse(command("signing-keys", "generate", "--alg", "EdDSA", "--json")) as { kid: string };
    command("signing-keys", "promote", kid, "--now");
    const newToken = async (wanted: (kid: string) => boolean) => {
      const { token } = await gatehouse.login(person);
      return wanted(kidOf(token)) && token;
    };
    const token = await vi.waitUntil(() => newToken((name) => name === kid), patient);
    const verifier = verifierOf();
    expect(await verifier.verify(token)).not.toBeNull();
    command("signing-keys", "revoke", "--yes", "--", kid);
    await vi.waitUntil(isRefusedBy(verifier, token), patient);
    expect(await verifier.verify(before.token)).not.toBeNull();
    expect(await verifierOf().verify(token)).toBeNull();
    await vi.waitUntil(() => newToken((name) => name !== kid), patient);
  });
});

describe("a service that restarts", () => {
  it("has its readers know nothing for a while, and then all that they missed", async () => {
    const replica = await Replica.started();
    const [person, other] = [await registered(), await registered()];
    const [ended, open] = [await gatehouse.login(person), await gatehouse.login(other)];
    const verifier = verifierOf({ at: replica.url, maxStalenessMs: 3000 });
    await vi.waitUntil(async () => (await verifier.verify(ended.token).catch(() => null)) !== null, patient);
    await replica.stop();
    await vi.waitUntil(isUnknownTo(verifier, ended.token), patient);
    await gatehouse.session.logout(ended.session);
    await replica.start();
    await vi.waitUntil(async () => (await verifier.verify(ended.token).catch(() => true)) === null, patient);
    await vi.waitUntil(async () => (await verifier.verify(open.token).catch(() => null)) !== null, patient);
    verifier.close();
    await replica.remove();
  });
});

describe("a service that stands still", () => {
  it("has its readers know nothing until it goes on", async () => {
    const { token } = await gatehouse.login(await registered());
    const verifier = verifierOf({ maxStalenessMs: 3000 });
    await vi.waitUntil(async () => (await verifier.verify(token).catch(() => null)) !== null, patient);
    process.kill(pid, "SIGSTOP");
    try {
      await vi.waitUntil(isUnknownTo(verifier, token), patient);
      expect(await failureOf(verifier.verify(token))).toMatchObject(unavailable("stale"));
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await vi.waitUntil(async () => (await verifier.verify(token).catch(() => null)) !== null, patient);
  });
});

describe("a verifier with settings that are wrong", () => {
  it.each([
    ["a key", { key: "not-a-key-of-the-service" }, 401],
    ["an address", { path: "/revocation" }, 404],
  ])("says so: %s", async (_, wrong, status) => {
    const { token } = await gatehouse.login(await registered());
    expect(await failureOf(verifierOf(wrong).verify(token))).toMatchObject({ ...unavailable("configuration"), cause: { status } });
  });
});

describe("the feed", () => {
  const follow = (place: string) => fetch(`${url}/revocations`, { headers: { "X-API-Key": apiKey, Accept: "text/event-stream", "Last-Event-ID": place } });

  it("does not know a place that somebody made up", async () => {
    const { cursor } = (await (await fetch(`${url}/revocations/snapshot`, { headers: { "X-API-Key": apiKey } })).json()) as { cursor: string };
    for (const place of ["x", cursor.slice(1), `${cursor}A`]) {
      const response = await follow(place);
      expect([response.status, await response.json()]).toMatchObject([400, { code: "invalid_cursor" }]);
    }
  });

  it("has nothing without a key", async () => {
    for (const path of ["/revocations", "/revocations/snapshot"]) expect((await fetch(url + path)).status).toBe(401);
  });
});
