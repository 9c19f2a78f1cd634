import { describe, expect, it } from "vitest";

import { protectionOf } from "../../../src/next/protection.js";
import { returnPath } from "../../../src/next/return_path.js";

describe("the way back after a login", () => {
  it.each(["/", "/dashboard", "/a/b?c=d&e=/f#g", "/%2F%2Fevil.example", "/a//b", "/@evil.example", "/dash:board"])("leads to %s", (path) => {
    expect(returnPath(path, "/home")).toBe(path);
  });

  it.each([
    null, undefined, 7, {}, "", "dashboard", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example",
    "https://evil.example", "https:evil.example", "javascript:alert(1)", "data:text/html,x", " /dashboard", "/.//evil.example", "/..//evil.example",
    "/%2e//evil.example", "/a/..//evil.example", "/ä", "/a b", "/a\\b", "/\0", "@evil.example", ".evil.example",
  ])("does not lead to %j", (path) => {
    expect(returnPath(path, "/home")).toBe("/home");
  });

  it("resolves what browsers would resolve", () => {
    expect(returnPath("/a/../b/./c", "/home")).toBe("/b/c");
  });
});

describe("a protected path", () => {
  const isProtected = protectionOf(["/account", "/users/:id", "/dashboard/:path*", "/v1.0/x"]);

  it.each([
    "/account", "/account/", "/ACCOUNT", "/%61ccount", "//account", "/\\account", "/users/7", "/users/7/", "/users/a%20b", "/dashboard", "/dashboard/", "/dashboard/a",
    "/dashboard/a/b/c", "/Dashboard/A", "//dashboard//a", "/dashboard%2Fa", "/dash%62oard/a", "/v1.0/x",
  ])("is %s", (path) => {
    expect(isProtected(path)).toBe(true);
  });

  it.each(["/", "/login", "/accounts", "/account/x", "/users", "/users/", "/users/7/x", "/dashboards", "/my/dashboard", "/v1x0/x"])("is not %s", (path) => {
    expect(isProtected(path)).toBe(false);
  });

  it("is also one that cannot be read", () => {
    expect(isProtected("/%zz")).toBe(true);
  });

  it.each(["dashboard", "/a/(b)", "/a*", "/:", "", "/a?b", "/a/:b+", "/a|b"])("is never %j, which is refused", (pattern) => {
    expect(() => protectionOf([pattern])).toThrow(TypeError);
  });

  it("may be all of the site", () => {
    const all = protectionOf(["/:path*"]);
    expect(all("/")).toBe(true);
    expect(all("/a/b")).toBe(true);
    expect(protectionOf(["/"])("/a")).toBe(false);
    expect(protectionOf(["/"])("/")).toBe(true);
  });
});
