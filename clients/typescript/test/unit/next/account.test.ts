import { beforeEach, describe, expect, it, vi } from "vitest";

import { type Auth, DEVICE_COOKIE, SESSION_COOKIE } from "../../../src/next/index.js";
import { verifiedSession } from "../rows.js";
import { answer, failureOf, refusal, type ServiceDouble } from "../service_double.js";
import { authOf, form, targetOf } from "./forms.js";
import { freshRequest, request } from "./next_headers.js";

vi.mock("next/headers", () => import("./next_headers.js"));

const verified = answer(verifiedSession);
const session = (id: number, expiresAt: string) => ({ id, createdAt: "t", lastSeenAt: "t", expiresAt, ipAddress: null, userAgent: null });
const [phone, mine, tablet] = [session(5, "2026-12-03T08:42:02.751Z"), session(4, "2026-12-03T08:42:02.752Z"), session(3, "2026-12-02T08:42:02.752Z")];
const sessions = answer([phone, mine, tablet]);
const done = answer({ message: "m", userId: 7 });

beforeEach(() => {
  freshRequest();
  request.jar.set(SESSION_COOKIE, { value: "s" });
});

const asked = ({ asked }: ServiceDouble) => asked.map(({ method, url, body }) => [method, new URL(url).pathname, body]);
const ended = (service: ServiceDouble) => asked(service).filter(([method]) => method === "DELETE").map(([, path]) => path);

describe("getSessions", () => {
  it("is the user's open sessions, and which is the current one", async () => {
    const { auth, service } = authOf(verified, sessions);
    expect(await auth.getSessions()).toEqual([{ ...phone, current: false }, { ...mine, current: true }, { ...tablet, current: false }]);
    expect(asked(service)[1]).toEqual(["GET", "/users/7/sessions", undefined]);
    expect(service.asked[1]?.headers).toMatchObject({ "X-Client-Address": "203.0.113.9" });
  });

  it("is empty without a session", async () => {
    expect(await authOf(refusal(401, "session_ended")).auth.getSessions()).toEqual([]);
  });
});

describe("getAccount", () => {
  it("is the state of the user's account", async () => {
    const { auth, service } = authOf(verified, answer({ devices: 2 }));
    expect(await auth.getAccount()).toEqual({ devices: 2 });
    expect(asked(service)[1]).toEqual(["GET", "/users/7/account", undefined]);
  });

  it("is null without a session", async () => {
    expect(await authOf(refusal(401, "session_ended")).auth.getAccount()).toBeNull();
  });
});

describe.each<[keyof Auth & ("forgotPassword" | "resetPassword" | "confirmEmail" | "verifyEmail" | "resendVerification"), Record<string, string>, string]>([
  ["forgotPassword", { email: "ada@example.com" }, "/user-auth/forgot-password"],
  ["resetPassword", { token: "gtr_a", password: "a password" }, "/user-auth/reset-password"],
  ["confirmEmail", { token: "gte_a" }, "/user-auth/confirm-email"],
  ["verifyEmail", { token: "gtv_a" }, "/user-auth/verify-email"],
  ["resendVerification", { email: "ada@example.com" }, "/user-auth/resend-verification"],
])("%s", (name, values, path) => {
  it("asks the service, and leads on", async () => {
    const { auth, service } = authOf(done);
    expect(await targetOf(auth[name](null, form({ ...values, return: "/done?x=1" })))).toBe("/done?x=1");
    expect(asked(service)).toEqual([["POST", path, values]]);
    expect(service.only.headers).toMatchObject({ "X-Client-Address": "203.0.113.9" });
  });

  it("says what is wrong", async () => {
    const { auth } = authOf(refusal(401, "invalid_or_expired_token"));
    expect(await auth[name](form(values))).toMatchObject({ code: "invalid_or_expired_token" });
  });

  it("refuses a form of another site, unasked, and leads to none", async () => {
    expect(await targetOf(authOf(done).auth[name](form({ ...values, return: "//evil.example" })))).toBe("/");
    request.headers.set("Origin", "https://evil.example");
    const { auth, service } = authOf(done);
    expect(await auth[name](form(values))).toMatchObject({ code: "foreign_form" });
    expect(service.asked).toHaveLength(0);
  });
});

describe("changePassword", () => {
  const values = { currentPassword: "old", newPassword: "new", return: "/done" };
  const changed = answer({ user: { id: 7 }, token: "t", session: "fresh", sessionExpires: "2026-12-03T08:42:02.752Z" });

  it("replaces the session", async () => {
    request.jar.set(DEVICE_COOKIE, { value: "known" });
    const { auth, service } = authOf(changed);
    expect(await targetOf(auth.changePassword(form(values)))).toBe("/done");
    expect(asked(service)).toEqual([["POST", "/user-auth/change-password", { session: "s", currentPassword: "old", newPassword: "new" }]]);
    expect(service.only.headers).toMatchObject({ "X-Device-Token": "known", "X-Client-Address": "203.0.113.9" });
    expect(request.jar.get(SESSION_COOKIE)).toMatchObject({ value: "fresh", options: { httpOnly: true, secure: true } });
  });

  it("says what is wrong, and keeps the session", async () => {
    expect(await authOf(refusal(401, "invalid_credentials")).auth.changePassword(form(values))).toMatchObject({ code: "invalid_credentials" });
    expect(request.jar.get(SESSION_COOKIE)).toEqual({ value: "s" });
  });

  it("leads who is not logged in to the login", async () => {
    request.jar.delete(SESSION_COOKIE);
    const { auth, service } = authOf(changed);
    expect(await targetOf(auth.changePassword(form(values)))).toBe("/login");
    expect(service.asked).toHaveLength(0);
  });
});

describe("changeEmail", () => {
  const values = { email: "new@example.com", password: "p", return: "/done" };

  it("did not tell the device, whose password counts", async () => {
    request.jar.set(DEVICE_COOKIE, { value: "known" });
    const { auth, service } = authOf(done);
    await targetOf(auth.changeEmail(form(values)));
    expect(service.only.headers).toMatchObject({ "X-Device-Token": "known" });
  });

  it("sends the link to the new address", async () => {
    const { auth, service } = authOf(done);
    expect(await targetOf(auth.changeEmail(form(values)))).toBe("/done");
    expect(asked(service)).toEqual([["POST", "/user-auth/change-email", { session: "s", password: "p", email: "new@example.com" }]]);
    expect(service.only.headers).toMatchObject({ "X-Client-Address": "203.0.113.9" });
  });

  it("says what is wrong", async () => {
    expect(await authOf(refusal(401, "invalid_credentials")).auth.changeEmail(form(values))).toMatchObject({ code: "invalid_credentials" });
  });

  it("leads who is not logged in to the login", async () => {
    request.jar.delete(SESSION_COOKIE);
    const { auth, service } = authOf(done);
    expect(await targetOf(auth.changeEmail(form(values)))).toBe("/login");
    expect(service.asked).toHaveLength(0);
  });
});

describe("endSession", () => {
  it("ends one of the user's own", async () => {
    const { auth, service } = authOf(verified, sessions, done);
    expect(await targetOf(auth.endSession(form({ id: "3", return: "/done" })))).toBe("/done");
    expect(ended(service)).toEqual(["/sessions/3"]);
  });

  it.each(["6", "", "03", "3 "])("ends nobody else's: %j", async (id) => {
    const { auth, service } = authOf(verified, sessions, done);
    expect(await targetOf(auth.endSession(form({ id, return: "/done" })))).toBe("/done");
    expect(ended(service)).toEqual([]);
  });

  it("is content with one that has ended meanwhile", async () => {
    expect(await targetOf(authOf(verified, sessions, refusal(404, "session_not_found")).auth.endSession(form({ id: "3", return: "/done" })))).toBe("/done");
  });

  it("hides no failure", async () => {
    expect(await authOf(verified, sessions, refusal(503, "unavailable")).auth.endSession(form({ id: "3" }))).toMatchObject({ code: "unavailable" });
    expect(await failureOf(authOf(verified, sessions, refusal(500, "internal_error")).auth.endSession(form({ id: "3" })))).toMatchObject({ status: 500 });
  });

  it("leads who is not logged in to the login", async () => {
    const { auth, service } = authOf(refusal(401, "session_ended"));
    expect(await targetOf(auth.endSession(form({ id: "3" })))).toBe("/login");
    expect(ended(service)).toEqual([]);
  });
});

describe("endOtherSessions", () => {
  it("ends all but the current one", async () => {
    const { auth, service } = authOf(verified, sessions, done);
    expect(await targetOf(auth.endOtherSessions(form({ return: "/done" })))).toBe("/done");
    expect(ended(service)).toEqual(["/sessions/5", "/sessions/3"]);
  });

  it("ends none where it cannot tell which is the current one", async () => {
    const { auth, service } = authOf(verified, answer([phone, tablet]), done);
    expect(await auth.endOtherSessions(form({}))).toMatchObject({ code: "unavailable", retryAfter: 1 });
    expect(ended(service)).toEqual([]);
  });
});
