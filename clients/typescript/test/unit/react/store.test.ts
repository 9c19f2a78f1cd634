// @vitest-environment happy-dom
import { locks } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { VerifiedSession } from "../../../src/index.js";
import { type Load, SessionStore } from "../../../src/react/store.js";

const sessionOf = (id: number, expiresAt = "2100-01-01T00:00:00.000Z"): VerifiedSession => ({
  userId: id,
  user: { id, email: `${id}@example.com`, first_name: "A", last_name: "B" },
  expiresAt,
});
const stops: (() => void)[] = [];

/** A tab that has started. */
function tab(load: Load, session?: VerifiedSession | null) {
  const store = new SessionStore(load, session);
  stops.push(store.start(session));
  return store;
}

const idOf = (store: SessionStore) => store.state().user?.id ?? store.state().status;
const soon = (store: SessionStore, id: number | string) => vi.waitFor(() => { expect(idOf(store)).toBe(id); }, 10_000);

beforeEach(() => {
  vi.stubGlobal("navigator", { locks });
});

afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("one tab", () => {
  it("knows what the server knew, unasked", () => {
    const load = vi.fn<Load>();
    expect(idOf(tab(load, sessionOf(7)))).toBe(7);
    expect(idOf(tab(load, null))).toBe("unauthenticated");
    expect(load).not.toHaveBeenCalled();
  });

  it("asks where the server did not look", async () => {
    const store = tab(() => Promise.resolve(sessionOf(7)));
    expect(idOf(store)).toBe("loading");
    await soon(store, 7);
  });

  it("asks once, however many want to know", async () => {
    const load = vi.fn<Load>(() => Promise.resolve(null));
    const store = tab(load, sessionOf(7));
    await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
    expect(load).toHaveBeenCalledTimes(1);
    expect(idOf(store)).toBe("unauthenticated");
  });

  it("keeps what it knew when it cannot ask, and says so to who waits", async () => {
    const store = tab(() => Promise.reject(new Error("offline")), sessionOf(7));
    await expect(store.refresh()).rejects.toThrow("offline");
    expect(idOf(store)).toBe(7);
    await expect(store.refresh()).rejects.toThrow("offline");
  });

  it("tells its listeners, until they leave", async () => {
    const store = tab(() => Promise.resolve(null), sessionOf(7));
    const listener = vi.fn();
    const leave = store.subscribe(listener);
    await store.refresh();
    expect(listener).toHaveBeenCalledTimes(1);
    leave();
    await store.refresh();
    expect(listener).toHaveBeenCalledTimes(1);
  });

  it("keeps the same state while it says the same", async () => {
    const store = tab(() => Promise.resolve(sessionOf(7)), sessionOf(7));
    const before = store.state();
    await store.refresh();
    expect(store.state()).toBe(before);
  });

  it("asks again when the session may have ended", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    vi.stubGlobal("navigator", {});
    const load = vi.fn<Load>(() => Promise.resolve(null));
    const store = tab(load, sessionOf(7, new Date(Date.now() + 60_000).toISOString()));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(load).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(idOf(store)).toBe("unauthenticated");
  });

  it("does not ask without a pause where the browser's clock is ahead", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    vi.stubGlobal("navigator", {});
    const ended = sessionOf(7, "2001-01-01T00:00:00.000Z");
    const load = vi.fn<Load>(() => Promise.resolve(ended));
    tab(load, ended);
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(load).toHaveBeenCalledTimes(10);
  });

  it("asked again for a session whose answer came after it had stopped", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    vi.stubGlobal("navigator", {});
    let answer: (session: VerifiedSession) => void = () => undefined;
    const load = vi.fn<Load>(() => new Promise((resolve) => (answer = resolve)));
    const refreshed = tab(load, null).refresh();
    for (const stop of stops.splice(0)) stop();
    answer(sessionOf(7, new Date(Date.now() + 60_000).toISOString()));
    await refreshed;
    await vi.advanceTimersByTimeAsync(120_000);
    expect(load).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("asks nothing more when it has stopped", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    const load = vi.fn<Load>(() => Promise.resolve(null));
    tab(load, sessionOf(7, new Date(Date.now() + 60_000).toISOString()));
    for (const stop of stops.splice(0)) stop();
    window.dispatchEvent(new Event("online"));
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(load).not.toHaveBeenCalled();
  });
});

describe("the browser", () => {
  it("being online again, or back from the history, makes it ask", async () => {
    const load = vi.fn<Load>(() => Promise.resolve(null));
    const store = tab(load, sessionOf(7));
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: false }));
    expect(load).not.toHaveBeenCalled();
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await soon(store, "unauthenticated");
    window.dispatchEvent(new Event("online"));
    await vi.waitFor(() => { expect(load).toHaveBeenCalledTimes(2); });
  });

  it("looking at it again makes it ask only after a minute", async () => {
    const load = vi.fn<Load>(() => Promise.resolve(null));
    const store = tab(load, sessionOf(7));
    document.dispatchEvent(new Event("visibilitychange"));
    expect(load).not.toHaveBeenCalled();
    const late = Date.now() + 61_000;
    vi.spyOn(Date, "now").mockImplementation(() => late);
    document.dispatchEvent(new Event("visibilitychange"));
    await soon(store, "unauthenticated");
  });

  it("looking at it again asked nothing after its clock was set back", async () => {
    const store = tab(() => Promise.resolve(null), sessionOf(7));
    const early = Date.now() - 3_600_000;
    vi.spyOn(Date, "now").mockImplementation(() => early);
    document.dispatchEvent(new Event("visibilitychange"));
    await soon(store, "unauthenticated");
  });
});

describe("several tabs", () => {
  it("learn of a login and a logout in one of them", async () => {
    const [one, other] = [tab(() => Promise.resolve(null), null), tab(() => Promise.resolve(null), null)];
    one.tell(sessionOf(7));
    await soon(other, 7);
    await other.refresh();
    await soon(one, "unauthenticated");
  });

  it("do not believe what is older than what they know", async () => {
    const one = tab(() => Promise.resolve(sessionOf(7)), null);
    const channel = new BroadcastChannel("gatehouse-session");
    const told = vi.fn();
    channel.onmessage = told;
    await one.refresh();
    channel.postMessage({ session: null, at: Date.now() - 10_000 });
    channel.postMessage({ session: sessionOf(8), at: Date.now() });
    await soon(one, 8);
    expect(idOf(one)).toBe(8);
    channel.close();
  });

  it("did not believe each other after a sleep, which stops their own clocks for different times", async () => {
    const one = tab(() => Promise.resolve(null), null);
    const stopped = performance.now() - 3_600_000;
    vi.spyOn(performance, "now").mockImplementation(() => stopped);
    tab(() => Promise.resolve(null), null).tell(sessionOf(7));
    await soon(one, 7);
  });

  it("believe each other after their clock was set back", async () => {
    const one = tab(() => Promise.resolve(null), null);
    const early = Date.now() - 3_600_000;
    vi.spyOn(Date, "now").mockImplementation(() => early);
    const other = tab(() => Promise.resolve(null), null);
    other.tell(sessionOf(7));
    await soon(one, 7);
  });

  it("forgot a logout that was told while an older question was answered", async () => {
    let answer: (session: VerifiedSession) => void = () => undefined;
    const load = vi.fn<Load>(() => new Promise((resolve) => (answer = resolve)));
    const [one, other] = [tab(load, sessionOf(7)), tab(() => Promise.resolve(null), sessionOf(7))];
    const refreshed = one.refresh();
    await vi.waitFor(() => { expect(load).toHaveBeenCalled(); });
    const later = Date.now() + 5_000;
    vi.spyOn(Date, "now").mockImplementation(() => later);
    other.tell(null);
    await soon(one, "unauthenticated");
    answer(sessionOf(7));
    await refreshed;
    expect([one, other].map(idOf)).toEqual(["unauthenticated", "unauthenticated"]);
    const heard = vi.fn();
    other.subscribe(heard);
    one.tell(sessionOf(8));
    await soon(other, 8);
    expect(heard).toHaveBeenCalledTimes(1);
  });

  it("are told since when an answer is known: since it was asked for", async () => {
    const channel = new BroadcastChannel("gatehouse-session");
    const told: { at: number }[] = [];
    channel.onmessage = ({ data }: { data: unknown }) => told.push(data as { at: number });
    let answer: (session: VerifiedSession) => void = () => undefined;
    const one = tab(() => new Promise((resolve) => (answer = resolve)), null);
    const asked = Date.now();
    const refreshed = one.refresh();
    vi.spyOn(Date, "now").mockImplementation(() => asked + 5_000);
    await vi.waitFor(() => { answer(sessionOf(7)); expect(idOf(one)).toBe(7); });
    await refreshed;
    await vi.waitFor(() => { expect(told).toHaveLength(2); });
    expect(told[1]?.at).toBeLessThan(asked + 5_000);
    channel.close();
  });

  it("ask once for all", async () => {
    let answer: (session: VerifiedSession) => void = () => undefined;
    const load = vi.fn<Load>(() => new Promise((resolve) => (answer = resolve)));
    const tabs = Array.from({ length: 5 }, () => tab(load, null));
    const refreshed = tabs.map((store) => store.refresh());
    await vi.waitFor(() => { expect(load).toHaveBeenCalled(); });
    answer(sessionOf(7));
    await Promise.all(refreshed);
    expect(load).toHaveBeenCalledTimes(1);
    expect(tabs.map(idOf)).toEqual([7, 7, 7, 7, 7]);
  });

  it("go on when the one that asks fails", async () => {
    const broken = tab(() => new Promise((_, reject) => setTimeout(() => { reject(new Error("offline")); }, 50)), null);
    const other = tab(() => Promise.resolve(sessionOf(7)), null);
    const failed = expect(broken.refresh()).rejects.toThrow("offline");
    await other.refresh();
    await failed;
    expect(idOf(other)).toBe(7);
    await soon(broken, 7);
  });

  it("waited for ever for the one that gets no answer", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    const asked = vi.fn<Load>(() => new Promise(() => undefined));
    const silent = tab(asked, null);
    const failed = expect(silent.refresh()).rejects.toThrow("did not answer in time");
    await vi.waitFor(() => { expect(asked).toHaveBeenCalled(); });
    const other = tab(() => Promise.resolve(sessionOf(7)), null);
    const refreshed = other.refresh();
    await vi.advanceTimersByTimeAsync(10_000);
    await failed;
    await vi.advanceTimersByTimeAsync(2_000);
    await refreshed;
    expect(idOf(other)).toBe(7);
    const again = expect(silent.refresh()).rejects.toThrow("did not answer in time");
    await vi.waitFor(() => { expect(asked).toHaveBeenCalledTimes(2); });
    await vi.advanceTimersByTimeAsync(10_000);
    await again;
  });

  it("go on when the one that asks is closed", async () => {
    const closed = new SessionStore(() => new Promise((resolve) => setTimeout(() => { resolve(null); }, 50)), null);
    const close = closed.start(null);
    const other = tab(() => Promise.resolve(sessionOf(7)), null);
    void closed.refresh();
    const refreshed = other.refresh();
    close();
    await refreshed;
    expect(idOf(other)).toBe(7);
  });

  it.each(["locks", "channels"])("ask each for themselves where the browser has no %s", async (missing) => {
    if (missing === "locks") vi.stubGlobal("navigator", {});
    else vi.stubGlobal("BroadcastChannel", undefined);
    const load = vi.fn<Load>(() => Promise.resolve(sessionOf(7)));
    const tabs = [tab(load, null), tab(load, null)];
    await Promise.all(tabs.map((store) => store.refresh()));
    expect(load).toHaveBeenCalledTimes(2);
    expect(tabs.map(idOf)).toEqual([7, 7]);
  });
});
