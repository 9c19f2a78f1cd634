import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable } from "../../src/index.js";
import { answer, API_KEY, failureOf, refusal, ServiceDouble } from "./service_double.js";

interface Description {
  components: { schemas: { ProblemCode: { enum: string[] } } };
}

const description = parse(readFileSync(new URL("../../../../api/openapi.yaml", import.meta.url), "utf8")) as Description;
const statuses = [400, 401, 403, 404, 405, 408, 409, 413, 414, 415, 417, 422, 431, 500];

async function refusedWith(response: Response): Promise<GatehouseError> {
  const failure = await failureOf(new ServiceDouble(response).client().users.get(7));
  expect(failure).toBeInstanceOf(GatehouseError);
  return failure as GatehouseError;
}

describe("a refusal of the service", () => {
  it.each(description.components.schemas.ProblemCode.enum)("keeps the code %s", async (code) => {
    const failure = await refusedWith(refusal(400, code));
    expect(isGatehouseError(failure, code)).toBe(true);
    expect(isGatehouseError(failure, "another")).toBe(false);
    expect(failure.message).toBe(`Text of ${code}`);
    expect(failure.requestId).toBe("from-body");
    expect(failure.details).toEqual([]);
    expect(failure.retryAfter).toBeNull();
  });

  it.each(statuses)("keeps the status %i and is not repeated", async (status) => {
    const service = new ServiceDouble(refusal(status, "some_code"));
    const failure = await failureOf(service.client().users.get(7));
    expect(failure).toMatchObject({ status, code: "some_code" });
    expect(service.asked).toHaveLength(1);
  });

  it("says which fields are at fault", async () => {
    const details = [{ field: "email", message: "is required", code: "required" }];
    const failure = await refusedWith(answer({ error: "Missing", code: "missing_fields", requestId: "r", details }, 400));
    expect(failure.details).toEqual(details);
  });

  it("of somebody else had details that were no problems of fields", async () => {
    const problem = { field: "email", message: "is required", code: "required" };
    for (const details of [7, "x", { field: "email" }, [null, "x", {}, { ...problem, code: 7 }, problem]]) {
      const failure = await refusedWith(answer({ error: "e", code: "c", details }, 400));
      expect(failure.details).toEqual(Array.isArray(details) ? [problem] : []);
    }
  });

  it("hands out the token for a new password, and shows it nowhere", async () => {
    const body = { error: "A new password is required", code: "password_change_required", resetToken: "gtr_secret", requestId: "r" };
    const failure = await refusedWith(answer(body, 403));
    expect(failure.resetToken).toBe("gtr_secret");
    expect(`${inspect(failure, { depth: null, showHidden: true })} ${JSON.stringify(failure)} ${String(failure)}`).not.toContain("gtr_secret");
    expect((await refusedWith(refusal(403, "email_not_verified"))).resetToken).toBeNull();
  });

  it("has the seconds of Retry-After, also from a date", async () => {
    expect((await refusedWith(refusal(429, "rate_limited", { "Retry-After": "3600" }))).retryAfter).toBe(3600);
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { retryAfter } = await refusedWith(refusal(503, "unavailable", { "Retry-After": date }));
    expect(retryAfter).toBeGreaterThan(3500);
    expect(retryAfter).toBeLessThanOrEqual(3600);
    expect((await refusedWith(refusal(400, "x", { "Retry-After": "soon" }))).retryAfter).toBeNull();
    expect((await refusedWith(refusal(400, "x", { "Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT" }))).retryAfter).toBe(0);
  });
});

describe("an answer that is not the service's own", () => {
  it.each([
    ["a page of a gateway", "<html>secret of the gateway</html>", 404],
    ["JSON of another kind", { message: "secret of the gateway" }, 403],
    ["a body that is no text of JSON", "null", 400],
    ["a success that is no JSON", "<html>secret of the gateway</html>", 200],
    ["a success without a body", "", 200],
  ])("is unexpected: %s", async (_, body, status) => {
    const failure = await refusedWith(answer(body, status));
    expect(failure).toMatchObject({ status, code: "unexpected_answer", requestId: "from-header", details: [] });
    expect(failure.message).not.toContain("secret");
  });

  it("is not followed where it redirects, for the API key would go along", async () => {
    const service = new ServiceDouble(new Response(null, { status: 308, headers: { Location: "http://elsewhere.test/" } }));
    expect(await failureOf(service.client().users.get(7))).toMatchObject({ status: 308, code: "unexpected_answer" });
    expect(service.only.init.redirect).toBe("manual");
  });
});

describe("no answer", () => {
  it("is GatehouseUnavailable with the cause", async () => {
    const cause = new TypeError("fetch failed");
    const failure = await failureOf(new ServiceDouble(cause).client({ retries: 0 }).users.get(7));
    expect(failure).toBeInstanceOf(GatehouseUnavailable);
    expect(failure).toMatchObject({ reason: "network", cause, message: "Gatehouse cannot be reached for GET /users/7" });
    expect(isGatehouseUnavailable(failure)).toBe(true);
    expect(isGatehouseError(failure)).toBe(false);
  });

  it("is also a body that breaks off", async () => {
    const body = new ReadableStream({ start: (controller) => { controller.error(new TypeError("terminated")); } });
    const service = { fetch: () => Promise.resolve(new Response(body)) };
    expect(await failureOf(new ServiceDouble().client({ ...service, retries: 0 }).users.get(7))).toMatchObject({ reason: "network" });
  });

  it("names no secret", async () => {
    const client = new ServiceDouble(new TypeError("fetch failed")).client({ retries: 0 });
    const failures = await Promise.all([
      failureOf(client.login({ email: "who@example.com", password: "hunter2-hunter2" })),
      failureOf(client.session.verify("secret-session")),
      failureOf(client.token.verify("secret-token")),
      failureOf(client.users.find("who@example.com")),
    ]);
    for (const failure of failures) {
      const text = `${String(failure)} ${JSON.stringify(failure)} ${(failure as Error).stack ?? ""}`;
      expect(text).not.toMatch(/hunter2|secret-|who@example/);
      expect(text).not.toContain(API_KEY);
    }
  });
});

describe("isGatehouseError", () => {
  it("knows the error of another copy of the package", () => {
    const foreign = Object.assign(new Error("x"), { name: "GatehouseError", code: "rate_limited" });
    expect(isGatehouseError(foreign, "rate_limited")).toBe(true);
    expect(isGatehouseUnavailable(Object.assign(new Error("x"), { name: "GatehouseUnavailable" }))).toBe(true);
  });

  it.each([undefined, null, "GatehouseError", { name: "GatehouseError" }, new Error("x"), new TypeError("x")])("refuses %s", (other) => {
    expect(isGatehouseError(other)).toBe(false);
    expect(isGatehouseUnavailable(other)).toBe(false);
  });
});
