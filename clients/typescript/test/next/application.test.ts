import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { address, apiKey, client, registered, somebody, url } from "../contract/service.js";
import { Application, Browser, buildApplication, refusalIn } from "./application.js";

let application: Application;

beforeAll(async () => {
  buildApplication();
  application = await Application.start({ API_URL: url, API_KEY: apiKey });
});

afterAll(async () => {
  await application.stop();
});

const browser = () => new Browser(application.origin, address());

async function loggedIn() {
  const person = await registered();
  const visitor = browser();
  const answer = await visitor.send("/login", { email: person.email, password: person.password, return: "/dashboard" });
  return { person, visitor, answer };
}

const locationOf = (response: Response) => {
  const location = response.headers.get("Location");
  return location === null ? null : new URL(location, application.origin).href.replace(application.origin, "");
};

describe("an application of Next.js", () => {
  it("sends strangers to the login, with the way back", async () => {
    const response = await browser().get("/dashboard?tab=2");
    expect(response.status).toBe(307);
    expect(locationOf(response)).toBe("/login?return=%2Fdashboard%3Ftab%3D2");
  });

  it("logs in without JavaScript, and leads back", async () => {
    const { person, visitor, answer } = await loggedIn();
    expect(answer.status).toBe(303);
    expect(locationOf(answer)).toBe("/dashboard");
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(2);
    for (const cookie of cookies) expect(cookie).toMatch(/^(session|__Host-gatehouse_device)=[\w-]+; Path=\/; Expires=[^;]+; Secure; HttpOnly; SameSite=lax$/);
    const page = await visitor.get("/dashboard");
    expect(await page.text()).toContain(`Dashboard of ${person.email}`);
    expect(page.headers.getSetCookie()).toEqual([expect.stringMatching(/^session=.*Expires=/)]);
    expect(await (await visitor.get("/")).text()).toContain("Welcome back, Ada");
  });

  it("tells the service which browser it was", async () => {
    const { person, visitor } = await loggedIn();
    const [session] = await client().users.sessions(person.id);
    expect(session).toMatchObject({ ipAddress: visitor.address, userAgent: "Test browser" });
    expect((await client().users.account(person.id)).devices).toBe(1);
  });

  it("shows why a login is refused", async () => {
    const person = await registered();
    const visitor = browser();
    const page = await visitor.send("/login", { email: person.email, password: "wrong" });
    expect(refusalIn(await page.text())).toEqual({ code: "invalid_credentials", message: "Invalid credentials", fields: {}, retryAfter: null });
    expect(visitor.cookies.size).toBe(0);
  });

  it.each(["//evil.example", "https://evil.example/", "/\\evil.example"])("leads nowhere else: %s", async (back) => {
    const person = await registered();
    const answer = await browser().send("/login", { email: person.email, password: person.password, return: back });
    expect([answer.status, locationOf(answer)]).toEqual([303, "/"]);
  });

  it("refuses forms that do not come from its own pages", async () => {
    const person = await registered();
    for (const fields of [{ Origin: "https://evil.example" }, { Referer: "https://evil.example/" }, { Origin: "null" }]) {
      const visitor = browser();
      await visitor.send("/login", { email: person.email, password: person.password }, fields);
      expect(visitor.cookies.size).toBe(0);
    }
    expect(await client().users.sessions(person.id)).toEqual([]);
  });

  it("registers, and shows what is wrong with a field", async () => {
    const person = { ...somebody() };
    const visitor = browser();
    const refused = refusalIn(await (await visitor.send("/signup", { ...person, password: "short" })).text());
    expect(refused).toMatchObject({ code: "validation_failed", fields: { password: expect.stringContaining("must") as string } });
    const answer = await visitor.send("/signup", { ...person });
    expect([answer.status, locationOf(answer)]).toEqual([303, "/dashboard"]);
    expect(await (await visitor.get("/dashboard")).text()).toContain(person.email);
  });

  it("tells its components who is logged in", async () => {
    const { person, visitor } = await loggedIn();
    expect(await (await visitor.get("/who")).text()).toContain(`authenticated: ${person.email}`);
    expect(await (await browser().get("/who")).text()).toContain("unauthenticated: nobody");
    const response = await visitor.get("/api/session");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toMatchObject({ session: { userId: person.id } });
    expect(await (await browser().get("/api/session")).json()).toEqual({ session: null });
  });

  it("logs out for good", async () => {
    const { visitor } = await loggedIn();
    const old = new Map(visitor.cookies);
    const answer = await visitor.send("/dashboard", {});
    expect([answer.status, locationOf(answer)]).toEqual([303, "/login"]);
    expect(visitor.cookies.has("session")).toBe(false);
    expect(visitor.cookies.has("__Host-gatehouse_device")).toBe(true);
    for (const [name, value] of old) visitor.cookies.set(name, value);
    expect((await visitor.get("/dashboard")).status).toBe(307);
    expect(await (await visitor.get("/")).text()).toContain("Welcome, stranger");
  });
});
