import { describe, expect, it } from "vitest";

import { isGatehouseError } from "../../src/index.js";
import { address, client, failureOf, registered } from "./service.js";

const gatehouse = client();

describe("a session", () => {
  it("is opened, checked and ended", async () => {
    const person = await registered();
    const login = await gatehouse.login(person);
    expect(login.user.id).toBe(person.id);
    expect(login.deviceToken).toBeNull();
    const verified = await gatehouse.session.verify(login.session);
    expect(verified?.user).toEqual({ id: person.id, email: person.email, first_name: "Ada", last_name: "Lovelace" });
    expect(await gatehouse.token.verify(login.token)).toMatchObject({ userId: person.id });
    expect(await gatehouse.session.verifyAll(["x", login.session, "x".repeat(9000)])).toEqual([null, verified, null]);
    await gatehouse.session.logout(login.session);
    expect(await gatehouse.session.verify(login.session)).toBeNull();
    expect(await gatehouse.token.verify(login.token)).toBeNull();
    await gatehouse.session.logout(login.session);
  });

  it("is ended by its number, or with all others", async () => {
    const person = await registered();
    const logins = [await gatehouse.login(person), await gatehouse.login(person), await gatehouse.login(person)];
    const [newest] = await gatehouse.users.sessions(person.id);
    await gatehouse.session.end(newest?.id ?? 0);
    expect(await gatehouse.session.verify(logins[2]?.session)).toBeNull();
    expect(await gatehouse.users.endSessions(person.id)).toBe(2);
    expect(await gatehouse.session.verify(logins[0]?.session)).toBeNull();
    expect(await failureOf(gatehouse.session.end(newest?.id ?? 0))).toMatchObject({ status: 404, code: "session_not_found" });
  });

  it("is found among the user's others by its end", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    const [own] = await gatehouse.users.sessions(person.id);
    await gatehouse.login(person);
    const verified = await gatehouse.session.verify(session);
    expect((await gatehouse.users.sessions(person.id)).filter(({ expiresAt }) => expiresAt === verified?.expiresAt)).toEqual([own]);
  });

  it("remembers the browser for which the back end asked", async () => {
    const person = await registered();
    await gatehouse.login(person, { clientAddress: "203.0.113.9", userAgent: "Mozilla/5.0 (X11; Ä)" });
    expect(await gatehouse.users.sessions(person.id)).toMatchObject([{ ipAddress: "203.0.113.9", userAgent: "Mozilla/5.0 (X11; ?)" }]);
  });
});

describe("a refresh token", () => {
  it("is exchanged for its successor, again for the same attempt, until it is copied or its session ends", async () => {
    const person = await registered();
    const login = await gatehouse.login({ ...person, refresh: true });
    const request = { refreshToken: login.refreshToken ?? "", attempt: crypto.randomUUID() };
    const refreshed = await gatehouse.token.refresh(request);
    expect(refreshed.user.id).toBe(person.id);
    expect(await gatehouse.token.verify(refreshed.token)).toMatchObject({ userId: person.id, expiresAt: refreshed.tokenExpires });
    expect((await gatehouse.token.refresh(request)).refreshToken).toMatch(/^gtf_/);
    const third = await gatehouse.token.refresh({ refreshToken: refreshed.refreshToken });
    expect(await failureOf(gatehouse.token.refresh({ refreshToken: request.refreshToken }))).toMatchObject({ status: 401, code: "refresh_reused" });
    expect(await failureOf(gatehouse.token.refresh({ refreshToken: third.refreshToken }))).toMatchObject({ status: 401, code: "invalid_refresh" });
    expect(await gatehouse.session.verify(login.session)).toBeNull();
  });

  it("is not there where nobody asked for it", async () => {
    expect(await gatehouse.login(await registered())).not.toHaveProperty("refreshToken");
  });
});

describe("what is no session and no token", () => {
  it.each(["x", "!\"#$%&'()*+,/:;<=>?@[\\]^`{|}~", "Ad6Q5vXgM3EO", "a.b.c", "x".repeat(8192), "x".repeat(100_000)])("is null: %.20s", async (value) => {
    expect(await gatehouse.session.verify(value)).toBeNull();
    expect(await gatehouse.token.verify(value)).toBeNull();
  });
});

describe("a wrong key", () => {
  it("is told from a wrong session", async () => {
    const stranger = client({ apiKey: "not-the-key" });
    expect(isGatehouseError(await failureOf(stranger.session.verify("x")), "invalid_api_key")).toBe(true);
    expect(isGatehouseError(await failureOf(stranger.token.verify("x")), "invalid_api_key")).toBe(true);
  });
});

describe("a login", () => {
  it("that is refused does not say why", async () => {
    const person = await registered();
    const wrong = await failureOf(gatehouse.login({ email: person.email, password: "wrong" }));
    const unknown = await failureOf(gatehouse.login({ email: "nobody@example.com", password: "wrong" }));
    for (const failure of [wrong, unknown]) expect(failure).toMatchObject({ status: 401, code: "invalid_credentials", message: "Invalid credentials" });
  });

  it("gives a device its token, and knows it again", async () => {
    const person = await registered();
    const first = await gatehouse.login(person, { deviceToken: "new", clientAddress: address() });
    expect(first.deviceToken).toMatch(/^[\w-]+$/);
    const again = await gatehouse.login(person, { deviceToken: first.deviceToken ?? "", clientAddress: address() });
    expect(again.deviceToken).toMatch(/^[\w-]+$/);
    expect((await gatehouse.users.account(person.id)).devices).toBe(1);
  });

  it("gives a new token for a device that is none", async () => {
    const person = await registered();
    const { deviceToken } = await gatehouse.login(person, { deviceToken: "tampered with", clientAddress: address() });
    expect(deviceToken).toMatch(/^[\w-]+$/);
  });
});
