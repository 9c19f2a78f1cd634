import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";

import { address, client, failureOf, outbox, registered, somebody } from "./service.js";

const gatehouse = client();

/** The mails to somebody, newest first. The service writes them after it has answered. */
function mailsTo(email: string): string[] {
  if (!existsSync(outbox)) return [];
  const files = readdirSync(outbox).filter((name) => name.endsWith(".eml"));
  const mails = files.map((name) => ({ id: parseInt(name), text: readFileSync(join(outbox, name), "utf8") }));
  return mails.filter(({ text }) => text.includes(email)).sort((one, other) => other.id - one.id).map(({ text }) => text);
}

/** The token in the newest link of that kind. */
async function tokenFor(email: string, kind: "gtr" | "gtv" | "gte"): Promise<string> {
  return vi.waitUntil(
    () => mailsTo(email).map((text) => new RegExp(`${kind}_[\\w-]+`).exec(text.replace(/=\r?\n/g, ""))?.[0]).find((token) => token !== undefined),
    { timeout: 60_000, interval: 20 },
  );
}

const forms = () => ({ clientAddress: address() });

describe("a forgotten password", () => {
  it("is replaced with the link of a mail, once", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    await gatehouse.password.forgot(person.email, forms());
    const token = await tokenFor(person.email, "gtr");
    expect(await failureOf(gatehouse.password.reset(token, "short"))).toMatchObject({ status: 400, code: "validation_failed", details: [{ field: "password", code: "too_short" }] });
    await gatehouse.password.reset(token, "a quite different one");
    expect(await gatehouse.session.verify(session)).toBeNull();
    expect(await failureOf(gatehouse.login(person))).toMatchObject({ code: "invalid_credentials" });
    expect((await gatehouse.login({ email: person.email, password: "a quite different one" })).user.id).toBe(person.id);
    expect(await failureOf(gatehouse.password.reset(token, "and another one yet"))).toMatchObject({ status: 401, code: "invalid_or_expired_token" });
  });

  it("of nobody looks the same", async () => {
    await expect(gatehouse.password.forgot("nobody@example.com", forms())).resolves.toBeUndefined();
  });
});

describe("a password", () => {
  it("is changed by who knows it, whose other sessions end", async () => {
    const person = await registered();
    const [{ session }, other] = [await gatehouse.login(person), await gatehouse.login(person)];
    const change = { session, currentPassword: person.password, newPassword: "a quite different one" };
    expect(await failureOf(gatehouse.password.change({ ...change, currentPassword: "wrong" }))).toMatchObject({ code: "invalid_credentials" });
    const login = await gatehouse.password.change(change);
    expect(await gatehouse.session.verify(login.session)).toMatchObject({ userId: person.id });
    for (const ended of [session, other.session]) expect(await gatehouse.session.verify(ended)).toBeNull();
    expect(await failureOf(gatehouse.password.change(change))).toMatchObject({ status: 401, code: "session_ended" });
  });
});

describe("an address", () => {
  it("is proved with the link of a mail, once", async () => {
    const person = await registered();
    await gatehouse.email.resend(person.email, forms());
    const token = await tokenFor(person.email, "gtv");
    expect(await gatehouse.email.verify(token)).toEqual({ userId: person.id });
    expect((await gatehouse.users.account(person.id)).emailVerifiedAt).not.toBeNull();
    expect(await gatehouse.email.verify(token)).toBeNull();
    expect(await gatehouse.email.verify("gtv_garbage")).toBeNull();
  });

  it("is changed with the link of a mail", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    const { email } = somebody();
    expect(await failureOf(gatehouse.email.change({ session, password: "wrong", email }, forms()))).toMatchObject({ code: "invalid_credentials" });
    await gatehouse.email.change({ session, password: person.password, email }, forms());
    const token = await tokenFor(email, "gte");
    expect(await gatehouse.email.confirm(token)).toEqual({ userId: person.id });
    expect((await gatehouse.users.get(person.id)).email).toBe(email);
    expect(await failureOf(gatehouse.email.confirm(token))).toMatchObject({ code: "invalid_or_expired_token" });
  });
});
