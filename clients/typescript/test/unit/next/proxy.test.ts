import { NextRequest } from "next/server.js";
import { describe, expect, it, vi } from "vitest";

import { createProxy } from "../../../src/next/index.js";
import { verifiedSession } from "../rows.js";
import { answer, failureOf, refusal, ServiceDouble } from "../service_double.js";

const verified = answer(verifiedSession);
const PAGE = "https://app.example.com/dashboard/a?b=c";

function request(url: string, { session, method = "GET", fetched }: { session?: string; method?: string; fetched?: string } = {}) {
  const headers = { "X-Forwarded-For": "203.0.113.9", "User-Agent": "M", ...(session && { Cookie: `session=${session}` }), ...(fetched && { "Sec-Fetch-Dest": fetched }) };
  return new NextRequest(url, { method, headers });
}

const proxyOf = (service: ServiceDouble, options = {}) => createProxy({ protect: ["/dashboard/:path*"], client: service.client({ retries: 0 }), ...options });
const passes = (response: Response) => response.headers.get("x-middleware-next") === "1";

describe("the proxy", () => {
  it("lets other pages pass unasked", async () => {
    const service = new ServiceDouble(verified);
    expect(passes(await proxyOf(service)(request("https://app.example.com/", { session: "s" })))).toBe(true);
    expect(service.asked).toHaveLength(0);
  });

  it("lets who is logged in pass, and extends the cookie", async () => {
    const service = new ServiceDouble(verified);
    const response = await proxyOf(service)(request(PAGE, { session: "s" }));
    expect(passes(response)).toBe(true);
    expect(response.headers.getSetCookie()).toEqual(["session=s; Path=/; Expires=Thu, 03 Dec 2026 08:42:02 GMT; Secure; HttpOnly; SameSite=lax"]);
    expect(response.headers.get("Cache-Control"), "a shared cache would give the cookie to others").toBe("private, no-store");
    expect(service.only.body).toEqual({ session: "s" });
    expect(service.only.headers).toMatchObject({ "X-Client-Address": "203.0.113.9", "X-Client-User-Agent": "M" });
  });

  it.each(["document", "empty"])("extends the cookie with a page that is loaded as %s", async (fetched) => {
    const response = await proxyOf(new ServiceDouble(verified))(request(PAGE, { session: "s", fetched }));
    expect(response.headers.getSetCookie()).toHaveLength(1);
  });

  it.each(["image", "iframe"])("wrote an old session over a new cookie with a slow answer for %s", async (fetched) => {
    const response = await proxyOf(new ServiceDouble(verified))(request(PAGE, { session: "s", fetched }));
    expect(passes(response)).toBe(true);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("leaves the cookie alone where a form is sent", async () => {
    const response = await proxyOf(new ServiceDouble(verified))(request(PAGE, { session: "s", method: "POST" }));
    expect(passes(response)).toBe(true);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it.each([undefined, "ended"])("sends who is not logged in to the login, with the way back: %s", async (session) => {
    const response = await proxyOf(new ServiceDouble(refusal(401, "session_ended")))(request(PAGE, session === undefined ? {} : { session }));
    expect(response.status).toBe(307);
    expect(response.headers.get("Location")).toBe("https://app.example.com/login?return=%2Fdashboard%2Fa%3Fb%3Dc");
  });

  it("sends a form without a session to the login as a page", async () => {
    const response = await proxyOf(new ServiceDouble(verified), { login: "/enter" })(request(PAGE, { method: "POST" }));
    expect([response.status, response.headers.get("Location")]).toEqual([303, "https://app.example.com/enter"]);
  });

  it.each([
    ["the service is down", () => new TypeError("fetch failed")],
    ["its database is down", () => refusal(503, "unavailable")],
    ["a gateway reaches none", () => new Response("", { status: 502 })],
    ["it was asked too often", () => refusal(429, "rate_limited")],
  ])("shows nothing while %s", async (_, outcome) => {
    const response = await proxyOf(new ServiceDouble(outcome()))(request(PAGE, { session: "s" }));
    expect([response.status, response.headers.get("Retry-After"), passes(response)]).toEqual([503, "1", false]);
  });

  it("fails loudly where the key is refused", async () => {
    expect(await failureOf(proxyOf(new ServiceDouble(refusal(401, "invalid_api_key")))(request(PAGE, { session: "s" })))).toMatchObject({ code: "invalid_api_key" });
  });

  it("does not protect the login from those who need it", () => {
    expect(() => createProxy({ protect: ["/:path*"] })).toThrow("the login's own page");
  });

  it("reads the settings of the environment at its first use", async () => {
    const proxy = createProxy({ protect: ["/dashboard"] });
    vi.stubEnv("API_URL", "");
    expect(await failureOf(proxy(request("https://app.example.com/dashboard")))).toMatchObject({ message: "API_URL and API_KEY must be set" });
    vi.stubEnv("API_URL", "http://gatehouse.test");
    vi.stubEnv("API_KEY", "key");
    expect((await proxy(request("https://app.example.com/dashboard"))).status).toBe(307);
    vi.unstubAllEnvs();
  });
});
