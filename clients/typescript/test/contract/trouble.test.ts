import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";

import { address, client, failureOf, pid, registered } from "./service.js";

const gatehouse = client();

describe("the service", () => {
  it("says how it is", async () => {
    expect(await gatehouse.health()).toMatchObject({ status: "healthy", environment: "development" });
    expect(await gatehouse.ready()).toEqual({ status: "ready" });
  });

  it("knows a refused request by its id", async () => {
    expect(await failureOf(gatehouse.users.get(2 ** 52, { requestId: "of-mine" }))).toMatchObject({ requestId: "of-mine" });
  });

  it("refuses an address that is none", async () => {
    expect(await failureOf(gatehouse.session.verify("x", { clientAddress: "nowhere" }))).toMatchObject({ status: 400, code: "invalid_client_address" });
  });
});

/** The settings for these tests allow two requests at once, and one per second. */
describe("a rate limit", () => {
  it("is waited for where that fits into the time", async () => {
    const clientAddress = address();
    const started = performance.now();
    for (let count = 0; count < 3; count += 1) expect(await gatehouse.password.check("football", undefined, { clientAddress })).toMatchObject({ code: "common" });
    expect(performance.now() - started).toBeGreaterThan(900);
  });

  it("is told otherwise", async () => {
    const clientAddress = address();
    const check = () => gatehouse.password.check("football", undefined, { clientAddress, retries: 0 });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, check));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected").map((outcome) => outcome.reason as unknown);
    expect(refused.length).toBeGreaterThan(0);
    for (const failure of refused) expect(failure).toMatchObject({ status: 429, code: "rate_limited", retryAfter: 1 });
  });
});

/** Whether every thread of the program has stopped, which happens a little after the signal is sent (proc(5)). */
function standsStill(): boolean {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).every((task) => readFileSync(`${tasks}/${task}/stat`, "utf8").includes(") T "));
}

describe("a service that stands still", () => {
  afterEach(() => {
    process.kill(pid, "SIGCONT");
  });

  it("is unavailable until it goes on", async () => {
    const person = await registered();
    const { session } = await gatehouse.login(person);
    process.kill(pid, "SIGSTOP");
    await vi.waitUntil(standsStill, { timeout: 60_000, interval: 5 });
    expect(await failureOf(gatehouse.session.verify(session, { timeoutMs: 300 }))).toMatchObject({ name: "GatehouseUnavailable", reason: "timeout" });
    process.kill(pid, "SIGCONT");
    expect(await gatehouse.session.verify(session)).toMatchObject({ userId: person.id });
  });
});

describe("an address where nothing listens", () => {
  it("is unavailable at once", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const failure = await failureOf(client({ url: `http://127.0.0.1:${port}` }).users.get(1));
    expect(failure).toMatchObject({ name: "GatehouseUnavailable", reason: "network" });
    expect((failure as Error).cause).toBeInstanceOf(TypeError);
  });
});
