import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createClient, isGatehouseError } from "../../src/node/index.js";
import { Replica } from "./replica.js";
import { apiKey, client, failureOf, registered } from "./service.js";

let replica: Replica;

beforeAll(async () => {
  replica = await Replica.started();
});
afterAll(() => replica.remove());

const patient = { apiKey, timeoutMs: 60_000 };
const overSocket = () => createClient({ ...patient, url: `unix:${replica.socket}` });

describe("over a Unix socket", () => {
  it("a session is opened, checked and ended, and both ways mean one service", async () => {
    const { id, email, password } = await registered();
    const login = await overSocket().login({ email, password }, { deviceToken: "new" });
    expect(login.deviceToken).not.toBeNull();
    expect(await overSocket().session.verify(login.session)).toMatchObject({ userId: id });
    expect(await client({ url: replica.url }).session.verify(login.session)).toMatchObject({ userId: id });
    await overSocket().session.logout(login.session);
    expect(await overSocket().session.verify(login.session)).toBeNull();
  });

  it("refusals are as over HTTP", async () => {
    const failure = await failureOf(overSocket().users.get(2 ** 40));
    expect(isGatehouseError(failure, "user_not_found")).toBe(true);
  });

  it("a list of any length streams, and a caller may stop it", async () => {
    const expected = (await registered()).id;
    const found: number[] = [];
    for await (const user of overSocket().users.list({ limit: 2 })) found.push(user.id);
    expect(found).toContain(expected);
    for await (const user of overSocket().users.list({ limit: 1 })) {
      expect(user.id).toBeGreaterThan(0);
      break;
    }
  });

  it("a call that is aborted ends with the reason", async () => {
    const stop = new AbortController();
    const call = overSocket().ready({ signal: stop.signal });
    stop.abort(new Error("enough"));
    expect(await failureOf(call)).toEqual(new Error("enough"));
  });
});

describe("without a service behind the socket", () => {
  it("a call fails as unavailable", async () => {
    const nobody = createClient({ ...patient, url: `unix:${replica.socket}.none`, retries: 0 });
    expect(await failureOf(nobody.ready())).toMatchObject({ name: "GatehouseUnavailable", reason: "network" });
  });
});

it("an http URL is what it is for the other client", async () => {
  expect(await createClient({ ...patient, url: replica.url }).ready()).toMatchObject({ status: "ready" });
});
