import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { type Client, createClient, isGatehouseError, type LoginOptions } from "../../src/index.js";
import { login, person, rows, user, verifiedSession, verifiedToken } from "./rows.js";
import { answer, API_KEY, failureOf, refusal, ServiceDouble, URL } from "./service_double.js";

/** Operations for people and machines, not for clients. */
const NOT_FOR_CLIENTS = [
  "GET /",
  "GET /.well-known/jwks.json",
  "GET /forward-auth",
  "GET /forward-auth/*",
  "GET /health/live",
  "GET /metrics",
  "GET /openapi.yaml",
  "GET /revocations",
  "GET /revocations/snapshot",
];

/** Method and path of each operation in api/openapi.yaml. */
function described(): string[] {
  const folder = new globalThis.URL("../../../../api/", import.meta.url);
  const read = (name: string) => parse(readFileSync(new globalThis.URL(name, folder), "utf8")) as Record<string, unknown>;
  const paths = read("openapi.yaml")["paths"] as Record<string, { $ref?: string }>;
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item.$ref === undefined ? item : read(item.$ref))
      .filter((method) => /^(get|post|put|delete|patch)$/.test(method))
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

describe("each call", () => {
  it.each(rows)("%s", async (_, made, asked, body, answered, result) => {
    const service = new ServiceDouble(answer(answered));
    expect(await made(service.client())).toEqual(result);
    const { method, url, headers, body: sent } = service.only;
    expect(`${method} ${url}`).toBe(asked.replace(" ", ` ${URL}`));
    expect(sent).toEqual(body);
    expect(headers["X-API-Key"]).toBe(API_KEY);
    expect(headers["Content-Type"]).toBe(body === undefined ? undefined : "application/json");
  });

  it("covers what the service's description has", () => {
    const asked = new Set(rows.map(([, , request]) => request.replace(/\?.*/, "").replace(/\/\d+/, "/{id}")));
    expect(described().filter((operation) => !asked.has(operation)).sort()).toEqual(NOT_FOR_CLIENTS);
  });

  it("is never kept by a cache", async () => {
    const service = new ServiceDouble(answer(user));
    await service.client().users.get(7);
    expect(service.only.init.cache).toBe("no-store");
  });
});

type Value = string | null | undefined;

describe.each([
  ["session", (client: Client, value: Value) => client.session.verify(value), verifiedSession, ["invalid_session", "session_expired", "session_ended", "session_user_not_found"]],
  ["token", (client: Client, value: Value) => client.token.verify(value), verifiedToken, ["invalid_token"]],
] as const)("a %s", (_, verify, verified, codes) => {
  it.each(codes)("is null after a 401 %s", async (refused) => {
    expect(await verify(new ServiceDouble(refusal(401, refused)).client(), "value")).toBeNull();
  });

  it.each(["unauthorized", "invalid_credentials", "a_code_of_tomorrow"])("was taken for logged out after a gateway's 401 with the code %s", async (refused) => {
    const failure = await failureOf(verify(new ServiceDouble(refusal(401, refused)).client(), "value"));
    expect(isGatehouseError(failure, refused)).toBe(true);
  });

  it.each([{}, [], { message: "welcome" }, { ...verified, userId: "7" }, { ...verified, userId: undefined }, { ...verified, expiresAt: 7 }, { ...verified, expiresAt: "soon" }, { ...verified, expiresAt: undefined }])(
    "was taken for valid after any JSON: %j",
    async (body) => {
      const failure = await failureOf(verify(new ServiceDouble(answer(body)).client(), "value"));
      expect(failure).toMatchObject({ status: 200, code: "unexpected_answer", requestId: "from-header" });
    },
  );

  it.each(["missing_api_key", "invalid_api_key"])("is unknown where the key is refused: %s", async (refused) => {
    const failure = await failureOf(verify(new ServiceDouble(refusal(401, refused)).client(), "value"));
    expect(isGatehouseError(failure, refused)).toBe(true);
  });

  it("is unknown where a gateway wants a login of its own", async () => {
    const failure = await failureOf(verify(new ServiceDouble(answer("<html>", 401)).client(), "value"));
    expect(isGatehouseError(failure, "unexpected_answer")).toBe(true);
  });

  it("is unknown after another refusal", async () => {
    const failure = await failureOf(verify(new ServiceDouble(refusal(403, "missing_scope")).client(), "value"));
    expect(isGatehouseError(failure, "missing_scope")).toBe(true);
  });

  it.each([undefined, null, "", " ", "a b", "a\r\nX-API-Key: other", "\0", "ä", "x".repeat(8193)])("is null unasked if it is %j", async (value) => {
    const service = new ServiceDouble(answer({ userId: 7 }));
    expect(await verify(service.client(), value)).toBeNull();
    expect(service.asked).toHaveLength(0);
  });
});

describe("a session", () => {
  it.each([undefined, null, "Ada", {}, { ...verifiedSession.user, email: undefined }])("was taken for valid without its user: %j", async (user) => {
    const body = { ...verifiedSession, user };
    expect(await failureOf(new ServiceDouble(answer(body)).client().session.verify("s"))).toMatchObject({ code: "unexpected_answer" });
    const checked = { sessions: [{ status: 200, ...body }] };
    expect(await failureOf(new ServiceDouble(answer(checked)).client().session.verifyAll(["s"]))).toMatchObject({ code: "unexpected_answer" });
  });
});

describe("many sessions", () => {
  const valid = { status: 200, ...verifiedSession };

  it.each([{}, { sessions: {} }, { sessions: [] }, { sessions: [valid] }, { sessions: [valid, valid, valid] }, { sessions: [valid, null] }, { sessions: [valid, { status: 401, code: "unauthorized" }] }, { sessions: [valid, { status: 200 }] }])(
    "were told apart by an answer that is not about each of them: %j",
    async (body) => {
      expect(await failureOf(new ServiceDouble(answer(body)).client().session.verifyAll(["s", "t"]))).toMatchObject({ code: "unexpected_answer" });
    },
  );
});

describe("a link in a mail", () => {
  it("proved an address by any JSON", async () => {
    const client = new ServiceDouble(answer({ message: "welcome" })).client();
    for (const call of [client.email.verify("t"), client.email.confirm("t")]) expect(await failureOf(call)).toMatchObject({ code: "unexpected_answer" });
  });

  it("was taken for no longer good after a gateway's 401", async () => {
    expect(await failureOf(new ServiceDouble(refusal(401, "unauthorized")).client().email.verify("t"))).toMatchObject({ code: "unauthorized" });
  });

  it("that is no longer good proves nobody's address", async () => {
    expect(await new ServiceDouble(refusal(401, "invalid_or_expired_token")).client().email.verify("t")).toBeNull();
    expect(await failureOf(new ServiceDouble(refusal(401, "invalid_api_key")).client().email.verify("t"))).toMatchObject({ code: "invalid_api_key" });
  });

  it("is refused otherwise", async () => {
    const client = new ServiceDouble(refusal(401, "invalid_or_expired_token")).client();
    for (const call of [client.password.reset("t", "p"), client.email.confirm("t")]) expect(await failureOf(call)).toMatchObject({ status: 401 });
  });
});

it("sends a token as it is", async () => {
  const service = new ServiceDouble(answer(verifiedToken));
  await service.client().token.verify("a.b-c_d.e");
  expect(service.only.headers["Authorization"]).toBe("Bearer a.b-c_d.e");
});

describe("a refresh", () => {
  it("is repeated under the name of its attempt, which is drawn if there is none", async () => {
    const service = new ServiceDouble(refusal(503, "unavailable", { "Retry-After": "0" }));
    for (const attempt of [undefined, "an attempt of mine"]) {
      await failureOf(service.client().token.refresh(attempt === undefined ? { refreshToken: "gtf_r" } : { refreshToken: "gtf_r", attempt }));
      const sent = service.asked.splice(0).map(({ body }) => body as { refreshToken: string; attempt: string });
      expect(sent).toHaveLength(3);
      expect(new Set(sent.map((one) => one.attempt)).size).toBe(1);
      expect(sent[0]).toEqual({ refreshToken: "gtf_r", attempt: attempt ?? (expect.stringMatching(/^[0-9a-f]{32}$/) as string) });
    }
  });

  it.each(["invalid_refresh", "refresh_reused"])("fails with %s", async (code) => {
    const failure = await failureOf(new ServiceDouble(refusal(401, code)).client().token.refresh({ refreshToken: "gtf_r" }));
    expect(isGatehouseError(failure, code)).toBe(true);
  });
});

describe("who asks", () => {
  it("is told", async () => {
    const service = new ServiceDouble(answer(login));
    await service.client().login(person, { clientAddress: "2001:db8::1", userAgent: "Mozilla/5.0 (X11)", requestId: "abc-1" });
    expect(service.only.headers).toMatchObject({ "X-Client-Address": "2001:db8::1", "X-Client-User-Agent": "Mozilla/5.0 (X11)", "X-Request-Id": "abc-1" });
  });

  it("is told in characters that a field may have", async () => {
    const service = new ServiceDouble(answer(login));
    await service.client().login(person, { clientAddress: "::1", userAgent: ` a\r\nb\0cä€ ${"x".repeat(1000)}` });
    expect(service.only.headers["X-Client-User-Agent"]).toBe(`a??b?c?? ${"x".repeat(502)}`);
  });

  it.each([{ clientAddress: "::1\r\nX-API-Key: a-secret" }, { requestId: "" }])("is refused if it cannot stand in a field: %o", async (options) => {
    const service = new ServiceDouble(answer(login));
    const failure = await failureOf(service.client().login(person, options));
    expect(failure).toBeInstanceOf(TypeError);
    expect(String(failure)).not.toContain("a-secret");
    expect(service.asked).toHaveLength(0);
  });
});

describe("a device", () => {
  it("is told and learnt", async () => {
    const service = new ServiceDouble(answer(login, 200, { "X-Device-Token": "given" }));
    expect((await service.client().login(person, { deviceToken: "known" })).deviceToken).toBe("given");
    expect(service.only.headers["X-Device-Token"]).toBe("known");
  });

  it.each(["", "a b", "a\nb", "ä"])("is new where its cookie holds %j", async (deviceToken) => {
    const service = new ServiceDouble(answer(login));
    await service.client().login(person, { deviceToken });
    expect(service.only.headers["X-Device-Token"]).toBe("new");
  });

  it.each<[string, (client: Client, options: LoginOptions) => Promise<unknown>]>([
    ["password.change", (client, options) => client.password.change({ session: "s", currentPassword: "p", newPassword: "q" }, options)],
    ["email.change", (client, options) => client.email.change({ session: "s", password: "p", email: "e" }, options)],
  ])("could not be told where a password counts: %s", async (_, change) => {
    const service = new ServiceDouble(answer(login));
    await change(service.client(), { deviceToken: "known" });
    expect(service.only.headers["X-Device-Token"]).toBe("known");
  });

  it("is not spoken of where there is none", async () => {
    const service = new ServiceDouble(answer(login));
    await service.client().login(person);
    expect(service.only.headers).not.toHaveProperty("X-Device-Token");
  });
});

describe("an id", () => {
  const ids = ["7/sessions", "..", "7", 0, -1, 1.5, NaN, 2 ** 53, undefined] as number[];
  it.each(ids)("is no path: %j", async (id) => {
    const service = new ServiceDouble(answer(user));
    const client = service.client();
    for (const call of [client.users.get(id), client.users.delete(id), client.users.update(id, {}), client.session.end(id), client.users.unlock(id)]) {
      expect(await failureOf(call)).toBeInstanceOf(TypeError);
    }
    expect(service.asked).toHaveLength(0);
  });
});

describe("a key's id", () => {
  it.each(["", "..", "0123456789/rotate", "012345678A", "0123456789a", 7, undefined] as string[])("is no path: %j", async (id) => {
    const service = new ServiceDouble(answer({}));
    const { apiKeys } = service.client();
    for (const call of [apiKeys.get(id), apiKeys.rotate(id), apiKeys.revoke(id)]) expect(await failureOf(call)).toBeInstanceOf(TypeError);
    expect(service.asked).toHaveLength(0);
  });
});

describe("a service that cannot work", () => {
  it("says so", async () => {
    const unhealthy = { status: "unhealthy", error: "Database unavailable", requestId: "r", timestamp: "t", uptime: 1, environment: "test" };
    expect(await new ServiceDouble(answer(unhealthy, 503)).client().health()).toEqual(unhealthy);
    const notReady = { status: "not ready", reasons: ["database"] };
    expect(await new ServiceDouble(answer(notReady, 503)).client().ready()).toEqual(notReady);
  });

  it("is not what a gateway says", async () => {
    expect(await failureOf(new ServiceDouble(answer("<html>", 503)).client({ retries: 0 }).health())).toMatchObject({ code: "unexpected_answer" });
    expect(await failureOf(new ServiceDouble(answer({ message: "no upstream" }, 503)).client({ retries: 0 }).ready())).toMatchObject({ status: 503 });
  });
});

describe("createClient", () => {
  it.each([
    ["http://gatehouse.test/", "http://gatehouse.test/users/7"],
    ["https://gatehouse.test:8443", "https://gatehouse.test:8443/users/7"],
    ["http://gateway.test/api/auth/", "http://gateway.test/api/auth/users/7"],
  ])("asks at %s", async (url, asked) => {
    const service = new ServiceDouble(answer(user));
    await service.client({ url }).users.get(7);
    expect(service.only.url).toBe(asked);
  });

  it.each(["", "gatehouse.test", "/users", "ftp://x", "javascript:1", "http://who:a-secret@x", "http://x/?a-secret=1", "http://x/#a"])("refuses the url %j", (url) => {
    expect(() => createClient({ url, apiKey: API_KEY })).toThrow(TypeError);
    expect(() => createClient({ url, apiKey: API_KEY })).not.toThrow(/a-secret/);
  });

  it.each(["", "a-secret\n", "a-secret key", "ä-secret"])("refuses the key %j without repeating it", (apiKey) => {
    expect(() => createClient({ url: URL, apiKey })).toThrow("apiKey must be visible ASCII characters");
  });

  it("takes the global fetch of the moment, and calls it as a function", async () => {
    const service = new ServiceDouble(answer(user));
    const client = createClient({ url: URL, apiKey: API_KEY });
    const original = globalThis.fetch;
    let receiver: unknown = "not called";
    globalThis.fetch = function (this: unknown, url, init) {
      // eslint-disable-next-line @typescript-eslint/no-this-alias -- what it is called on is what is asked here
      receiver = this;
      return service.fetch(url as string, init ?? {});
    };
    try {
      expect(await client.users.get(7)).toEqual(user);
    } finally {
      globalThis.fetch = original;
    }
    expect(receiver).toBeUndefined();
  });

  it("shows no key when it is printed", () => {
    expect(JSON.stringify(new ServiceDouble().client())).not.toContain(API_KEY);
  });
});
