// @vitest-environment happy-dom
import { act, createElement } from "react";
import { createRoot, type Root } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { VerifiedSession } from "../../../src/index.js";
import { SessionProvider, type SessionProviderProps, useSession } from "../../../src/react/index.js";

const session: VerifiedSession = {
  userId: 7,
  user: { id: 7, email: "ada@example.com", first_name: "Ada", last_name: "L" },
  expiresAt: "2100-01-01T00:00:00.000Z",
};

let root: Root;
let place: HTMLElement;
let refresh: () => Promise<void>;

function Who() {
  const found = useSession();
  refresh = found.refresh;
  return createElement("p", null, `${found.status} ${found.user?.first_name ?? ""}`.trim());
}

const page = (props: SessionProviderProps) => createElement(SessionProvider, props, createElement(Who));

async function show(props: SessionProviderProps): Promise<void> {
  await act(async () => {
    root.render(page(props));
    await Promise.resolve();
  });
}

beforeEach(() => {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  vi.stubGlobal("navigator", {});
  place = document.createElement("div");
  root = createRoot(place);
});

afterEach(() => {
  act(() => { root.unmount(); });
  vi.unstubAllGlobals();
});

describe("useSession", () => {
  it("says at once what the server knew, also in the page that the server makes", async () => {
    expect(renderToString(page({ session }))).toBe("<p>authenticated Ada</p>");
    expect(renderToString(page({ session: null }))).toBe("<p>unauthenticated</p>");
    expect(renderToString(page({}))).toBe("<p>loading</p>");
    await show({ session });
    expect(place.textContent).toBe("authenticated Ada");
  });

  it("asks the application where the server did not look", async () => {
    const asked = vi.fn(() => Promise.resolve(Response.json({ session })));
    vi.stubGlobal("fetch", asked);
    await show({});
    await act(() => vi.waitFor(() => { expect(place.textContent).toBe("authenticated Ada"); }));
    expect(asked).toHaveBeenCalledExactlyOnceWith("/api/session", { cache: "no-store", headers: { Accept: "application/json" }, signal: expect.any(AbortSignal) as AbortSignal });
  });

  it("follows what the server says with the next page", async () => {
    await show({ session: null });
    await show({ session });
    expect(place.textContent).toBe("authenticated Ada");
    await show({ session: null });
    expect(place.textContent).toBe("unauthenticated");
  });

  it("asks anew when it is told to", async () => {
    await show({ session, load: () => Promise.resolve(null) });
    await act(() => refresh());
    expect(place.textContent).toBe("unauthenticated");
  });

  it("does not take a page of errors for an answer", async () => {
    vi.stubGlobal("fetch", () => Promise.resolve(new Response("<html>", { status: 500 })));
    await show({ session, url: "/who" });
    await act(async () => { await expect(refresh()).rejects.toThrow("/who answered with status 500"); });
    expect(place.textContent).toBe("authenticated Ada");
  });

  it("needs its provider", () => {
    expect(() => renderToString(createElement(Who))).toThrow("useSession() needs a <SessionProvider> above it");
  });
});
