/** The verifier's parts that are easier seen alone. */

import { describe, expect, it } from "vitest";

import { EventStreamReader, type StreamEvent } from "../../../src/verify/event_stream.js";
import { PublishedKey } from "../../../src/verify/published_key.js";
import { type Revocation, RevocationSet } from "../../../src/verify/revocation_set.js";
import { SignatureMemo } from "../../../src/verify/signature_memo.js";
import { SnapshotReader } from "../../../src/verify/snapshot_reader.js";

describe("EventStreamReader", () => {
  const read = (...parts: string[]): StreamEvent[] => {
    const reader = new EventStreamReader();
    return parts.flatMap((part) => [...reader.read(part)]);
  };
  const text = ": hello\r\nevent: a\r\ndata: one\r\ndata:two\r\n\r\nid: 7\nretry: 5\ndata\n\nevent: b\rdata:  three\r\rdata: unfinished";
  const events = [{ type: "a", data: "one\ntwo" }, { type: "message", data: "" }, { type: "b", data: " three" }];

  it("reads events, wherever the parts end", () => {
    for (let cut = 0; cut <= text.length; cut += 1) expect(read(text.slice(0, cut), text.slice(cut))).toEqual(events);
    expect(read(...text.split(/(?<=.)/s))).toEqual(events);
  });

  it("forgets the type of an event without data", () => {
    expect(read("event: a\n\ndata: x\n\n")).toEqual([{ type: "message", data: "x" }]);
  });

  it.each([
    ["line", "data: ", 1],
    ["row of lines", "data: x\n", 1_000_000],
    ["row of comments", ":comment\n", 1_000_000],
  ])("refuses an endless %s", (_, part, times) => {
    expect(() => read(part.repeat(times), "x".repeat(4_194_305))).toThrow(RangeError);
  });
});

describe("SnapshotReader", () => {
  const until = "2026-11-27T11:00:00.000Z";
  const text = JSON.stringify({ cursor: "a]}\\\"{", asOf: "2026-11-27T10:00:00.000Z", revocations: [{ kind: "session", id: 5, until }, { kind: "signing_key", id: '{"]\\', until }] });
  const untilMs = Date.parse(until);

  const read = (...parts: string[]) => {
    const found: Revocation[] = [];
    const reader = new SnapshotReader((revocation) => found.push(revocation));
    for (const part of parts) reader.read(part);
    return { found, ...reader.end() };
  };

  it("reads a snapshot, wherever the parts end", () => {
    const found = [{ kind: "session", id: "5", untilMs }, { kind: "signing_key", id: '{"]\\', untilMs }];
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(read(text.slice(0, cut), text.slice(cut))).toEqual({ found, cursor: 'a]}\\"{', asOfMs: Date.parse("2026-11-27T10:00:00.000Z") });
    }
  });

  it("refuses one that is not complete, wherever it ends", () => {
    for (let cut = 0; cut < text.length; cut += 1) expect(() => read(text.slice(0, cut))).toThrow();
  });

  it.each([
    ["has an endless revocation", `{"cursor":"c","revocations":[{"kind":"${"x".repeat(10_000)}`],
    ["is endless beside them", `{"cursor":"${"x".repeat(2_100_000)}`],
    ["has its revocations elsewhere", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z","revocations":[],"more":[{"kind":"session","id":5,"until":"2026-11-27T11:00:00.000Z"}]}'],
    ["has a revocation within another", '{"cursor":"c","asOf":"2026-11-27T10:00:00.000Z","revocations":[[{"kind":"session","id":5,"until":"2026-11-27T11:00:00.000Z"}]]}'],
  ])("refuses one that %s", (_, broken) => {
    expect(() => read(broken)).toThrow();
  });
});

describe("RevocationSet", () => {
  it("drops what has ended, and not before", () => {
    const set = new RevocationSet();
    set.add({ kind: "session", id: "1", untilMs: 1_000_000 });
    set.add({ kind: "session", id: "2", untilMs: 2_000_000 });
    set.dropEnded(1_000_000);
    expect(set.has("session", "1")).toBe(true);
    set.dropEnded(1_060_001);
    expect([set.has("session", "1"), set.has("session", "2"), set.size]).toEqual([false, true, 1]);
  });

  it("keeps the later end of two", () => {
    for (const ends of [[1, 1_000_000], [1_000_000, 1]]) {
      const set = new RevocationSet();
      for (const untilMs of ends) set.add({ kind: "user", id: "1", untilMs });
      set.dropEnded(500_000);
      expect(set.has("user", "1")).toBe(true);
    }
  });

  it("is bounded", () => {
    const set = new RevocationSet();
    expect(() => {
      for (let id = 0; id <= 1_000_000; id += 1) set.add({ kind: "session", id: String(id), untilMs: 1 });
    }).toThrow(RangeError);
    expect(set.size).toBe(1_000_001);
  });
});

describe("SignatureMemo", () => {
  const key = new PublishedKey("k", "ES256", {});

  it("keeps what is used, and is bounded", () => {
    const memo = new SignatureMemo();
    memo.add("used", key);
    for (let index = 0; index < 20_000; index += 1) {
      memo.add(`token-${index}`, key);
      expect(memo.has("used", key)).toBe(true);
    }
    const kept = Array.from({ length: 20_000 }, (_, index) => memo.has(`token-${index}`, key)).filter(Boolean).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(10_000);
  });

  it("knows which key signed", () => {
    const memo = new SignatureMemo();
    memo.add("token", key);
    expect(memo.has("token", new PublishedKey("k", "ES256", {}))).toBe(false);
  });
});
