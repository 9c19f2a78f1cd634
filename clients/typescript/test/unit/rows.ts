/** Each call of the client, what it sends, and the result that it makes from an answer. A new call is a new row. */

import type { Client } from "../../src/index.js";

export const person = { first_name: "Ada", last_name: "L", email: "ada@example.com", password: "a password" };
export const user = { id: 7, first_name: "Ada", last_name: "L", email: "ada@example.com", created_at: "t", updated_at: "t" };
export const login = { user: { id: 7 }, token: "t", session: "s", sessionExpires: "e" };
const expiresAt = "2026-12-03T08:42:02.752Z";
export const verifiedToken = { userId: 7, expiresAt };
export const verifiedSession = { userId: 7, user: { id: 7, email: "ada@example.com", first_name: "Ada", last_name: "L" }, expiresAt };
const refreshed = { user: { id: 7 }, token: "t", tokenExpires: "e", refreshToken: "gtf_s", sessionExpires: "e" };
const judgement = { acceptable: false, code: "common", message: "m" };
const passwordChange = { session: "s", currentPassword: "p", newPassword: "q" };
const emailChange = { session: "s", password: "p", email: "e" };
const apiKey = { id: "0123456789", name: "n", scopes: "auth" };
const issued = { apiKey, secret: "gtk_s" };
const health = { status: "healthy", timestamp: "t", uptime: 1, environment: "test" };

export type Row = [call: string, made: (client: Client) => Promise<unknown>, asked: string, body: unknown, answered: unknown, result: unknown];

export const rows: Row[] = [
  ["login", (c) => c.login(person), "POST /user-auth", { email: person.email, password: person.password }, login, { ...login, deviceToken: null }],
  ["login, to refresh", (c) => c.login({ email: "e", password: "p", refresh: true }), "POST /user-auth", { email: "e", password: "p", refresh: true }, { ...login, refreshToken: "gtf_r", tokenExpires: "e" }, { ...login, refreshToken: "gtf_r", tokenExpires: "e", deviceToken: null }],
  ["session.verify", (c) => c.session.verify("s"), "POST /user-auth/verify-session", { session: "s" }, verifiedSession, verifiedSession],
  ["session.verifyAll", (c) => c.session.verifyAll(["s", "e", null]), "POST /user-auth/verify-sessions", { sessions: ["s", "e", ""] }, { sessions: [{ status: 200, ...verifiedSession }, { status: 401, error: "e", code: "session_ended" }, { status: 400, error: "e", code: "session_required" }] }, [verifiedSession, null, null]],
  ["session.logout", (c) => c.session.logout("s"), "POST /user-auth/logout", { session: "s" }, { message: "m" }, undefined],
  ["session.end", (c) => c.session.end(5), "DELETE /sessions/5", undefined, { message: "m" }, undefined],
  ["token.verify", (c) => c.token.verify("t"), "POST /user-auth/verify-token", undefined, verifiedToken, verifiedToken],
  ["token.refresh", (c) => c.token.refresh({ refreshToken: "gtf_r", attempt: "a" }), "POST /user-auth/refresh", { refreshToken: "gtf_r", attempt: "a" }, refreshed, refreshed],
  ["users.create", (c) => c.users.create(person), "POST /users", person, { message: "m", user }, user],
  ["users.get", (c) => c.users.get(7), "GET /users/7", undefined, user, user],
  ["users.find", (c) => c.users.find("a+b@example.com"), "GET /users?email=a%2Bb%40example.com", undefined, [user], user],
  ["users.find, none", (c) => c.users.find("x"), "GET /users?email=x", undefined, [], null],
  ["users.update", (c) => c.users.update(7, { last_name: "M" }), "PUT /users/7", { last_name: "M" }, { message: "m", user }, user],
  ["users.tagged", (c) => c.users.tagged(7), "GET /users/7", undefined, user, { user, etag: "" }],
  ["users.delete", (c) => c.users.delete(7), "DELETE /users/7", undefined, { message: "m" }, undefined],
  ["users.page", (c) => c.users.page({ limit: 2, after: "x y" }), "GET /users?limit=2&after=x+y", undefined, [user], { items: [user], next: null }],
  ["users.sessions", (c) => c.users.sessions(7), "GET /users/7/sessions", undefined, [], []],
  ["users.endSessions", (c) => c.users.endSessions(7), "DELETE /users/7/sessions", undefined, { message: "m", count: 3 }, 3],
  ["users.account", (c) => c.users.account(7), "GET /users/7/account", undefined, { version: 1 }, { version: 1 }],
  ["users.disable", (c) => c.users.disable(7), "POST /users/7/disable", undefined, { message: "m" }, undefined],
  ["users.disable, why", (c) => c.users.disable(7, "left"), "POST /users/7/disable", { reason: "left" }, { message: "m" }, undefined],
  ["users.enable", (c) => c.users.enable(7), "POST /users/7/enable", undefined, { message: "m" }, undefined],
  ["users.unlock", (c) => c.users.unlock(7), "POST /users/7/unlock", undefined, { message: "m" }, undefined],
  ["users.search", (c) => c.users.search("an n"), "GET /users?q=an+n", undefined, [user], [user]],
  ["users.requirePasswordChange", (c) => c.users.requirePasswordChange(7), "POST /users/7/require-password-change", undefined, { message: "m" }, undefined],
  ["users.sendReset", (c) => c.users.sendReset(7), "POST /users/7/send-reset", undefined, { message: "m" }, undefined],
  ["users.devices", (c) => c.users.devices(7), "GET /users/7/devices", undefined, [{ id: 3 }], [{ id: 3 }]],
  ["users.forgetDevices", (c) => c.users.forgetDevices(7), "DELETE /users/7/devices", undefined, { message: "m", count: 3 }, 3],
  ["password.policy", (c) => c.password.policy(), "GET /user-auth/password-policy", undefined, { lengthMin: 8 }, { lengthMin: 8 }],
  ["password.check", (c) => c.password.check("p"), "POST /user-auth/check-password", { password: "p" }, judgement, judgement],
  ["password.check, whose", (c) => c.password.check("p", "e"), "POST /user-auth/check-password", { password: "p", email: "e" }, judgement, judgement],
  ["password.forgot", (c) => c.password.forgot("e"), "POST /user-auth/forgot-password", { email: "e" }, { message: "m" }, undefined],
  ["password.reset", (c) => c.password.reset("t", "p"), "POST /user-auth/reset-password", { token: "t", password: "p" }, { message: "m" }, undefined],
  ["password.change", (c) => c.password.change(passwordChange), "POST /user-auth/change-password", passwordChange, login, login],
  ["email.verify", (c) => c.email.verify("t"), "POST /user-auth/verify-email", { token: "t" }, { message: "m", userId: 7 }, { userId: 7 }],
  ["email.resend", (c) => c.email.resend("e"), "POST /user-auth/resend-verification", { email: "e" }, { message: "m" }, undefined],
  ["email.change", (c) => c.email.change(emailChange), "POST /user-auth/change-email", emailChange, { message: "m" }, undefined],
  ["email.confirm", (c) => c.email.confirm("t"), "POST /user-auth/confirm-email", { token: "t" }, { message: "m", userId: 7 }, { userId: 7 }],
  [
    "audit.page",
    (c) => c.audit.page({ type: "login.failed", user: 7, actor: "k", outcome: "refused", from: "a", to: "b" }, { limit: 5, after: "z" }),
    "GET /audit?type=login.failed&user=7&actor=k&outcome=refused&from=a&to=b&limit=5&after=z",
    undefined,
    { events: [] },
    { items: [], next: null },
  ],
  ["audit.export", (c) => c.audit.export().next(), "GET /audit/export", undefined, "", { done: true, value: undefined }],
  ["apiKeys.create", (c) => c.apiKeys.create({ name: "n", scopes: "auth" }), "POST /api-keys", { name: "n", scopes: "auth" }, issued, issued],
  ["apiKeys.create, to tell clients", (c) => c.apiKeys.create({ name: "n", scopes: "auth", tellsClient: true, expiresIn: 60 }), "POST /api-keys", { name: "n", scopes: "auth", tellsClient: true, expiresIn: 60 }, issued, issued],
  ["apiKeys.list", (c) => c.apiKeys.list(), "GET /api-keys", undefined, { apiKeys: [apiKey] }, [apiKey]],
  ["apiKeys.get", (c) => c.apiKeys.get("0123456789"), "GET /api-keys/0123456789", undefined, { apiKey }, apiKey],
  ["apiKeys.rotate", (c) => c.apiKeys.rotate("0123456789"), "POST /api-keys/0123456789/rotate", undefined, issued, issued],
  ["apiKeys.rotate, at once", (c) => c.apiKeys.rotate("0123456789", 0), "POST /api-keys/0123456789/rotate", { graceSeconds: 0 }, issued, issued],
  ["apiKeys.revoke", (c) => c.apiKeys.revoke("0123456789"), "DELETE /api-keys/0123456789", undefined, { message: "m" }, undefined],
  ["health", (c) => c.health(), "GET /health", undefined, health, health],
  ["ready", (c) => c.ready(), "GET /health/ready", undefined, { status: "ready" }, { status: "ready" }],
];
