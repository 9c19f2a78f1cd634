import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Client } from "../../src/index.js";
import { verifiedSession } from "./rows.js";
import { answer, failureOf, refusal, ServiceDouble } from "./service_double.js";

const credentials = { email: "who@example.com", password: "a password" };
const person = { first_name: "A", last_name: "B", ...credentials };

/** Every call that sends one request and may be repeated. */
const repeatable: [string, (client: Client) => Promise<unknown>][] = [
  ["users.get", (client) => client.users.get(7)],
  ["users.find", (client) => client.users.find("who@example.com")],
  ["users.search", (client) => client.users.search("ann")],
  ["users.devices", (client) => client.users.devices(7)],
  ["users.page", (client) => client.users.page()],
  ["users.list", (client) => client.users.list().next()],
  ["users.sessions", (client) => client.users.sessions(7)],
  ["users.account", (client) => client.users.account(7)],
  ["session.verify", (client) => client.session.verify("session")],
  ["session.logout", (client) => client.session.logout("session")],
  ["token.verify", (client) => client.token.verify("token")],
  ["token.refresh", (client) => client.token.refresh({ refreshToken: "gtf_r" })],
  ["password.policy", (client) => client.password.policy()],
  ["password.check", (client) => client.password.check("a password")],
  ["users.create", (client) => client.users.create(person)],
  ["apiKeys.create", (client) => client.apiKeys.create({ name: "n", scopes: "auth" })],
  ["apiKeys.rotate", (client) => client.apiKeys.rotate("0123456789")],
  ["audit.page", (client) => client.audit.page()],
  ["audit.list", (client) => client.audit.list().next()],
  ["audit.export", (client) => client.audit.export().next()],
];
const single: [string, (client: Client) => Promise<unknown>][] = [
  ["login", (client) => client.login(credentials)],
  ["session.end", (client) => client.session.end(7)],
  ["users.update", (client) => client.users.update(7, {})],
  ["password.forgot", (client) => client.password.forgot("who@example.com")],
  ["password.reset", (client) => client.password.reset("token", "a password")],
  ["password.change", (client) => client.password.change({ session: "s", currentPassword: "p", newPassword: "q" })],
  ["email.verify", (client) => client.email.verify("token")],
  ["email.resend", (client) => client.email.resend("who@example.com")],
  ["email.change", (client) => client.email.change({ session: "s", password: "p", email: "who@example.com" })],
  ["email.confirm", (client) => client.email.confirm("token")],
  ["users.delete", (client) => client.users.delete(7)],
  ["users.endSessions", (client) => client.users.endSessions(7)],
  ["users.disable", (client) => client.users.disable(7)],
  ["users.enable", (client) => client.users.enable(7)],
  ["users.unlock", (client) => client.users.unlock(7)],
  ["users.requirePasswordChange", (client) => client.users.requirePasswordChange(7)],
  ["users.sendReset", (client) => client.users.sendReset(7)],
  ["users.forgetDevices", (client) => client.users.forgetDevices(7)],
];

const unavailable = (seconds?: number) => refusal(503, "unavailable", seconds === undefined ? {} : { "Retry-After": String(seconds) });
const limited = (seconds: number) => refusal(429, "rate_limited", { "Retry-After": String(seconds) });

/** Lets time pass until the call is over. Returns its failure or null, and the milliseconds that it took. */
async function timed(call: Promise<unknown>): Promise<{ failure: unknown; ms: number }> {
  const start = performance.now();
  let ms = -1;
  const done = call.then(() => null, (error: unknown) => error).finally(() => (ms = performance.now() - start));
  await vi.runAllTimersAsync();
  return { failure: await done, ms };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe("what may be sent twice", () => {
  it.each(repeatable)("%s is repeated after a failure of the network", async (_, call) => {
    const service = new ServiceDouble(new TypeError("fetch failed"));
    const { failure } = await timed(call(service.client()));
    expect(failure).toMatchObject({ name: "GatehouseUnavailable", reason: "network" });
    expect(service.asked).toHaveLength(3);
  });

  it.each(repeatable)("%s is repeated after 503", async (_, call) => {
    const service = new ServiceDouble(unavailable(1));
    const { failure, ms } = await timed(call(service.client()));
    expect(failure).toMatchObject({ status: 503, code: "unavailable" });
    expect(service.asked).toHaveLength(3);
    expect(ms).toBe(2000);
  });

  it.each([502, 503, 504])("is repeated after a gateway's %i", async (status) => {
    const service = new ServiceDouble(answer("<html>", status), answer(verifiedSession));
    expect((await timed(service.client().session.verify("session"))).failure).toBeNull();
    expect(service.asked).toHaveLength(2);
  });

  it("is not repeated after a 500, which would come again", async () => {
    const service = new ServiceDouble(refusal(500, "internal_error"));
    await timed(service.client().users.get(7));
    expect(service.asked).toHaveLength(1);
  });
});

describe("what the service does once", () => {
  const calls = repeatable.filter(([name]) => ["users.create", "apiKeys.create", "apiKeys.rotate"].includes(name));

  it.each(calls)("%s is repeated under the key of its first request", async (_, call) => {
    const service = new ServiceDouble(new TypeError("fetch failed"));
    await timed(call(service.client()));
    await timed(call(service.client()));
    const keys = service.asked.map(({ headers }) => headers["Idempotency-Key"]);
    expect(keys).toHaveLength(6);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(keys.slice(0, 3)).size).toBe(1);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it("is asked for again while the service still works for the first request", async () => {
    const inProgress = refusal(409, "idempotency_in_progress", { "Retry-After": "1" });
    const service = new ServiceDouble(inProgress, answer({ message: "m", user: { id: 7 } }));
    expect(await timed(service.client().users.create(person))).toEqual({ failure: null, ms: 1000 });
  });

  it.each(calls)("%s lost its place in the service's queue after a third of the time", async (_, call) => {
    const service = new ServiceDouble("silence");
    expect(await timed(call(service.client({ timeoutMs: 3000 })))).toMatchObject({ failure: { reason: "timeout" }, ms: 3000 });
    expect(service.asked).toHaveLength(1);
  });

  it("has the time that is left after a failure", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const service = new ServiceDouble(unavailable(1), "silence");
    expect(await timed(service.client({ timeoutMs: 3000 }).users.create(person))).toMatchObject({ failure: { reason: "timeout" }, ms: 3000 });
    expect(service.asked).toHaveLength(2);
  });

  it("was given up after two repetitions while the service still worked for it", async () => {
    const inProgress = refusal(409, "idempotency_in_progress", { "Retry-After": "1" });
    const service = new ServiceDouble(new TypeError("fetch failed"), inProgress, inProgress, inProgress, unavailable(0), answer({ message: "m", user: { id: 7 } }));
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(await timed(service.client().users.create(person))).toEqual({ failure: null, ms: 3000 });
  });

  it("is waited for within the time, and never without a pause", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    for (const headers of [undefined, { "Retry-After": "0" }]) {
      const service = new ServiceDouble(refusal(409, "idempotency_in_progress", headers));
      expect(await timed(service.client({ timeoutMs: 1000 }).users.create(person))).toMatchObject({ failure: { status: 409 }, ms: 900 });
      expect(service.asked).toHaveLength(10);
    }
  });

  it("is not asked for again after another conflict", async () => {
    const service = new ServiceDouble(refusal(409, "email_taken"));
    expect((await timed(service.client().users.create(person))).failure).toMatchObject({ code: "email_taken" });
    expect(service.asked).toHaveLength(1);
  });
});

describe("what may not be sent twice", () => {
  it.each(single)("%s is not repeated after a failure of the network", async (_, call) => {
    const service = new ServiceDouble(new TypeError("fetch failed"));
    expect((await timed(call(service.client()))).failure).toMatchObject({ reason: "network" });
    expect(service.asked).toHaveLength(1);
  });

  it.each(single)("%s is not repeated after 503, where it may have been done", async (_, call) => {
    const service = new ServiceDouble(unavailable(1));
    expect((await timed(call(service.client()))).failure).toMatchObject({ status: 503, retryAfter: 1 });
    expect(service.asked).toHaveLength(1);
  });

  it.each(single)("%s is not repeated after silence, and has the whole time", async (_, call) => {
    const service = new ServiceDouble("silence");
    const { failure, ms } = await timed(call(service.client()));
    expect(failure).toMatchObject({ reason: "timeout" });
    expect(service.asked).toHaveLength(1);
    expect(ms).toBe(5000);
  });
});

it.each([...repeatable, ...single])("%s is repeated after 429, where nothing has been done", async (_, call) => {
  const service = new ServiceDouble(limited(1));
  const { failure, ms } = await timed(call(service.client()));
  expect(failure).toMatchObject({ status: 429, code: "rate_limited", retryAfter: 1 });
  expect(service.asked).toHaveLength(3);
  expect(ms).toBe(2000);
});

describe("pauses", () => {
  it("are those of Retry-After", async () => {
    const service = new ServiceDouble(limited(2), answer({ id: 7 }));
    expect(await timed(service.client().users.get(7))).toEqual({ failure: null, ms: 2000 });
  });

  it("are not made where they would not fit into the time", async () => {
    const service = new ServiceDouble(limited(5));
    expect(await timed(service.client().users.get(7))).toMatchObject({ failure: { status: 429, retryAfter: 5 }, ms: 0 });
    expect(service.asked).toHaveLength(1);
  });

  it("are drawn between nothing and 100, 200, 400 milliseconds without Retry-After", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    const service = new ServiceDouble(new TypeError("fetch failed"));
    expect((await timed(service.client({ retries: 3 }).users.get(7))).ms).toBe(50 + 100 + 200);
    random.mockReturnValue(0);
    expect((await timed(service.client({ retries: 3 }).users.get(7))).ms).toBe(0);
  });
});

describe("retries", () => {
  it("may be none", async () => {
    const service = new ServiceDouble(unavailable(1));
    await timed(service.client({ retries: 0 }).users.get(7));
    expect(service.asked).toHaveLength(1);
  });

  it("may be said for one call", async () => {
    const service = new ServiceDouble(unavailable(0));
    await timed(service.client().users.get(7, { retries: 4 }));
    expect(service.asked).toHaveLength(5);
  });
});

describe("time", () => {
  it("is shared by the attempts, so that one silent replica does not use it up", async () => {
    const service = new ServiceDouble("silence", answer(verifiedSession));
    vi.spyOn(Math, "random").mockReturnValue(0);
    expect(await timed(service.client({ timeoutMs: 3000 }).session.verify("session"))).toEqual({ failure: null, ms: 1000 });
  });

  it("bounds all attempts together", async () => {
    const service = new ServiceDouble("silence");
    const { failure, ms } = await timed(service.client({ timeoutMs: 3000 }).session.verify("session"));
    expect(failure).toMatchObject({ name: "GatehouseUnavailable", reason: "timeout" });
    expect(ms).toBeLessThanOrEqual(3000);
    expect(service.asked).toHaveLength(3);
  });

  it("may be said for one call", async () => {
    const { failure, ms } = await timed(new ServiceDouble("silence").client().login(credentials, { timeoutMs: 70 }));
    expect(failure).toMatchObject({ reason: "timeout", message: "Gatehouse did not answer POST /user-auth in time" });
    expect(ms).toBe(70);
  });

  it("ends the request itself", async () => {
    const service = new ServiceDouble("silence");
    await timed(service.client().login(credentials));
    expect(service.only.init.signal?.aborted).toBe(true);
  });

  it("also bounds a fetch that does not hear its signal, and a body that stops", async () => {
    const deaf = new ServiceDouble().client({ fetch: () => new Promise(() => undefined) });
    expect((await timed(deaf.login(credentials))).failure).toMatchObject({ reason: "timeout" });
    const stopped = new ServiceDouble().client({ fetch: () => Promise.resolve(new Response(new ReadableStream())) });
    expect((await timed(stopped.login(credentials))).failure).toMatchObject({ reason: "timeout" });
  });

  it("may be longer than timers are", async () => {
    const service = new ServiceDouble(answer({ id: 7 }));
    expect((await timed(service.client({ timeoutMs: Infinity }).users.get(7))).failure).toBeNull();
  });

  it.each([{ timeoutMs: 0 }, { timeoutMs: -1 }, { timeoutMs: NaN }, { retries: -1 }, { retries: NaN }])("refuses %o", async (options) => {
    expect(await failureOf(new ServiceDouble(answer({})).client(options).users.get(7))).toBeInstanceOf(TypeError);
  });
});

describe("the caller's signal", () => {
  const reason = new Error("the browser has gone");

  it("ends a call under way with its reason", async () => {
    const caller = new AbortController();
    const service = new ServiceDouble("silence");
    const call = service.client().users.get(7, { signal: caller.signal });
    setTimeout(() => { caller.abort(reason); }, 10);
    expect(await timed(call)).toEqual({ failure: reason, ms: 10 });
    expect(service.only.init.signal?.aborted).toBe(true);
  });

  it("ends a pause", async () => {
    const caller = new AbortController();
    const service = new ServiceDouble(limited(3));
    const call = service.client().users.get(7, { signal: caller.signal });
    setTimeout(() => { caller.abort(reason); }, 10);
    expect(await timed(call)).toEqual({ failure: reason, ms: 10 });
    expect(service.asked).toHaveLength(1);
  });

  it("that is aborted before lets nothing be sent", async () => {
    const service = new ServiceDouble(answer({ id: 7 }));
    expect(await failureOf(service.client().users.get(7, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(service.asked).toHaveLength(0);
  });

  it("is left without listeners", async () => {
    const caller = new AbortController();
    const added = vi.spyOn(caller.signal, "addEventListener");
    const removed = vi.spyOn(caller.signal, "removeEventListener");
    await timed(new ServiceDouble(limited(1), answer({ id: 7 })).client().users.get(7, { signal: caller.signal }));
    expect(added.mock.calls.length).toBeGreaterThan(2);
    expect(removed.mock.calls).toHaveLength(added.mock.calls.length);
  });
});
