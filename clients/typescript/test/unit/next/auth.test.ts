import { beforeEach, describe, expect, it, vi } from "vitest";

import { DEVICE_COOKIE, type FormRefusal, SESSION_COOKIE } from "../../../src/next/index.js";
import { verifiedSession } from "../rows.js";
import { answer, failureOf, refusal } from "../service_double.js";
import { authOf, form, targetOf } from "./forms.js";
import { freshRequest, request } from "./next_headers.js";

vi.mock("next/headers", () => import("./next_headers.js"));

const login = { user: { id: 7 }, token: "t", session: "fresh", sessionExpires: "2026-12-03T08:42:02.752Z" };
const loggedIn = () => answer(login, 200, { "X-Device-Token": "device" });

beforeEach(freshRequest);

const credentials = { email: "ada@example.com", password: "a password" };

describe("getServerSession", () => {
  it("is whose session it is, for the browser that asks", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    const { auth, service } = authOf(answer(verifiedSession));
    expect(await auth.getServerSession()).toEqual(verifiedSession);
    expect(service.only.headers).toMatchObject({ "X-Client-Address": "203.0.113.9", "X-Client-User-Agent": "M" });
  });

  it("is null without a cookie, unasked, or with one that is not valid", async () => {
    const { auth, service } = authOf(refusal(401, "session_ended"));
    expect(await auth.getServerSession()).toBeNull();
    expect(service.asked).toHaveLength(0);
    request.jar.set(SESSION_COOKIE, { value: "s" });
    expect(await auth.getServerSession()).toBeNull();
  });

  it("logs nobody out while the service is down", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    expect(await failureOf(authOf(new TypeError("fetch failed")).auth.getServerSession())).toMatchObject({ name: "GatehouseUnavailable" });
  });
});

describe("sessionRoute", () => {
  it("tells the browser who is logged in, and lets no cache keep it", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    const response = await authOf(answer(verifiedSession)).auth.sessionRoute();
    expect(await response.json()).toEqual({ session: verifiedSession });
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await (await authOf(refusal(401, "session_ended")).auth.sessionRoute()).json()).toEqual({ session: null });
  });
});

describe("requireSession", () => {
  it("leads to the login", async () => {
    expect(await targetOf(authOf(loggedIn()).auth.requireSession())).toBe("/login");
    expect(await targetOf(authOf(loggedIn()).auth.requireSession({ return: "/a?b" }))).toBe("/login?return=%2Fa%3Fb");
  });

  it("is the session of who is logged in", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    expect(await authOf(answer(verifiedSession)).auth.requireSession()).toEqual(verifiedSession);
  });
});

describe("signIn", () => {
  it("keeps session and device, and leads back", async () => {
    const { auth, service } = authOf(loggedIn());
    expect(await targetOf(auth.signIn(form({ ...credentials, return: "/dashboard" })))).toBe("/dashboard");
    expect(service.only.body).toEqual(credentials);
    expect(service.only.headers).toMatchObject({ "X-Device-Token": "new", "X-Client-Address": "203.0.113.9" });
    const attributes = { httpOnly: true, secure: true, sameSite: "lax", path: "/" };
    expect(request.jar.get(SESSION_COOKIE)).toEqual({ value: "fresh", options: { ...attributes, expires: new Date(login.sessionExpires) } });
    expect(request.jar.get(DEVICE_COOKIE)).toMatchObject({ value: "device", options: attributes });
    const days = (Number(request.jar.get(DEVICE_COOKIE)?.options?.expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(364);
    expect(days).toBeLessThanOrEqual(365);
  });

  it("tells the device that is known", async () => {
    request.jar.set(DEVICE_COOKIE, { value: "known" });
    const { auth, service } = authOf(loggedIn());
    await targetOf(auth.signIn(null, form(credentials)));
    expect(service.only.headers["X-Device-Token"]).toBe("known");
  });

  it.each(["//evil.example", "https://evil.example", ""])("leads nowhere else: %j", async (back) => {
    expect(await targetOf(authOf(loggedIn()).auth.signIn(form({ ...credentials, return: back })))).toBe("/");
  });

  it.each([
    [401, "invalid_credentials"],
    [429, "rate_limited"],
    [400, "missing_credentials"],
    [403, "a_code_of_tomorrow"],
    [503, "unavailable"],
  ])("tells the form of %i %s and keeps nothing", async (status, code) => {
    const refused = await authOf(refusal(status, code, { "Retry-After": "9" })).auth.signIn(null, form(credentials));
    expect(refused).toEqual({ code, message: `Text of ${code}`, fields: {}, retryAfter: 9 });
    expect(request.jar.size).toBe(0);
  });

  it("leads to a new password where one is required", async () => {
    const body = { error: "A new password is required", code: "password_change_required", resetToken: "gtr_a", requestId: "r" };
    expect(await targetOf(authOf(answer(body, 403)).auth.signIn(form(credentials)))).toBe("/reset-password?token=gtr_a");
    expect(request.jar.size).toBe(0);
  });

  it("tells the form that the service is down", async () => {
    expect(await authOf(new TypeError("fetch failed")).auth.signIn(form(credentials))).toMatchObject({ code: "unavailable" });
  });

  it.each([[401, "invalid_api_key"], [403, "missing_scope"], [500, "internal_error"], [400, "invalid_client_address"]])("leaves %i %s to the operator", async (status, code) => {
    expect(await failureOf(authOf(refusal(status, code)).auth.signIn(form(credentials)))).toMatchObject({ code });
  });

  it("refuses a form of another site, unasked", async () => {
    request.headers.set("Origin", "https://evil.example");
    const { auth, service } = authOf(loggedIn());
    for (const refused of [await auth.signIn(form(credentials)), await auth.signUp(form(credentials))]) {
      expect(refused).toMatchObject({ code: "foreign_form" } satisfies Partial<FormRefusal>);
    }
    expect(await failureOf(auth.signOut())).toMatchObject({ message: "This form was not sent from this site" });
    expect(service.asked).toHaveLength(0);
  });

  it("sends no file in place of a text", async () => {
    const made = form(credentials);
    made.set("password", new File(["x"], "x.txt"));
    const { auth, service } = authOf(loggedIn());
    await targetOf(auth.signIn(made));
    expect(service.only.body).toEqual({ email: "ada@example.com", password: "" });
  });
});

describe("signUp", () => {
  const person = { first_name: "Ada", last_name: "L", ...credentials };

  it("registers and logs in", async () => {
    const { auth, service } = authOf(answer({ message: "m", user: { id: 7 } }, 201), loggedIn());
    expect(await targetOf(auth.signUp(form({ ...person, return: "/welcome", is_admin: "true" })))).toBe("/welcome");
    expect(service.asked.map(({ url, body }) => [new URL(url).pathname, body])).toEqual([["/users", person], ["/user-auth", credentials]]);
    expect(request.jar.get(SESSION_COOKIE)?.value).toBe("fresh");
  });

  it("tells what is wrong with each field", async () => {
    const details = [{ field: "password", message: "must not be common", code: "common" }];
    const refused = await authOf(answer({ error: "Validation failed", code: "validation_failed", requestId: "r", details }, 400)).auth.signUp(form(person));
    expect(refused).toMatchObject({ code: "validation_failed", fields: { password: "must not be common" } });
  });
});

describe("signOut", () => {
  it("ends the session and its cookie, and leads to the login", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    const { auth, service } = authOf(answer({ message: "m" }));
    expect(await targetOf(auth.signOut())).toBe("/login");
    expect(service.only.body).toEqual({ session: "s" });
    expect(request.jar.get(SESSION_COOKIE)).toMatchObject({ value: "", options: { expires: new Date(0) } });
  });

  it("needs no session", async () => {
    const { auth, service } = authOf(answer({ message: "m" }));
    expect(await targetOf(auth.signOut())).toBe("/login");
    expect(service.asked).toHaveLength(0);
  });

  it("keeps the cookie of a session that it could not end", async () => {
    request.jar.set(SESSION_COOKIE, { value: "s" });
    expect(await failureOf(authOf(new TypeError("fetch failed")).auth.signOut())).toMatchObject({ name: "GatehouseUnavailable" });
    expect(request.jar.get(SESSION_COOKIE)).toEqual({ value: "s" });
  });
});
