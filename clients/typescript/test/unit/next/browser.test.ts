import { describe, expect, it } from "vitest";

import { browserOf, isOwnForm } from "../../../src/next/browser.js";

const fields = (values: Record<string, string>) => new Headers(values);

describe("the browser for which is asked", () => {
  it("is the last that a proxy has added", () => {
    expect(browserOf(fields({ "X-Forwarded-For": "6.6.6.6, 203.0.113.9", "User-Agent": "M" }), {})).toEqual({ clientAddress: "203.0.113.9", userAgent: "M" });
  });

  it("stands further left behind more proxies", () => {
    const forwarded = fields({ "X-Forwarded-For": "6.6.6.6,203.0.113.9 , 10.0.0.1" });
    expect(browserOf(forwarded, { proxies: 2 })).toEqual({ clientAddress: "203.0.113.9" });
    expect(browserOf(forwarded, { proxies: 4 })).toEqual({});
  });

  it("is not told where nobody is trusted to know it", () => {
    expect(browserOf(fields({ "X-Forwarded-For": "6.6.6.6", "User-Agent": "M" }), { proxies: 0 })).toEqual({});
    expect(browserOf(fields({ "User-Agent": "M" }), {})).toEqual({});
  });
});

describe("a form", () => {
  const host = { host: "app.example.com" };

  it.each([
    [{ ...host, origin: "https://app.example.com" }],
    [{ host: "localhost:3000", origin: "http://localhost:3000" }],
    [{ host: "10.0.0.7:3000", "x-forwarded-host": "app.example.com", origin: "https://app.example.com" }],
    [{ ...host, origin: "https://www.example.com" }],
    [{ ...host, "sec-fetch-site": "same-origin" }],
  ])("is of this site: %o", (values) => {
    expect(isOwnForm(fields(values), { allowedOrigins: ["www.example.com"] })).toBe(true);
  });

  it.each([
    [{ ...host, origin: "https://evil.example" }],
    [{ ...host, origin: "null" }],
    [{ ...host, origin: "" }],
    [{ ...host, origin: "https://app.example.com.evil.example" }],
    [{ ...host, origin: "https://app.example.com:8443" }],
    [{ ...host, origin: "https://evil.example", "sec-fetch-site": "same-origin" }],
    [{ ...host, "sec-fetch-site": "cross-site" }],
    [{ ...host, "sec-fetch-site": "same-site" }],
    [host],
    [{ origin: "https://app.example.com" }],
  ])("is foreign: %o", (values) => {
    expect(isOwnForm(fields(values), {})).toBe(false);
  });
});
