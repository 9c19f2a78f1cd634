/** The parts of the verifier that are easier to test alone. */

import { describe, expect, it } from "vitest";

import { EventStreamReader, type StreamEvent } from "../../../src/verify/event_stream.js";
import { PublishedKey } from "../../../src/verify/published_key.js";
import { type Revocation, RevocationSet, TooManyRevocations } from "../../../src/verify/revocation_set.js";
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
    const set = new RevocationSet(1_000_000);
    set.add({ kind: "session", id: "1", untilMs: 1_000_000 });
    set.add({ kind: "session", id: "2", untilMs: 2_000_000 });
    set.dropEnded(1_000_000, 1_000_000);
    expect(set.has("session", "1")).toBe(true);
    set.dropEnded(1_060_001, 1_060_001);
    expect([set.has("session", "1"), set.has("session", "2"), set.size]).toEqual([false, true, 1]);
  });

  it.each([
    ["the service's", [9_000_000, 1_060_000]],
    ["the reader's", [1_060_000, 9_000_000]],
  ] as const)("keeps what has ended only by %s clock", (_, [serviceMs, readerMs]) => {
    const set = new RevocationSet(1_000_000);
    set.add({ kind: "session", id: "1", untilMs: 1_000_000 });
    set.dropEnded(serviceMs, readerMs);
    expect(set.has("session", "1")).toBe(true);
  });

  it("dropped a revoked key, although it was still among the keys that had been fetched", () => {
    const set = new RevocationSet(1_000_000);
    set.add({ kind: "signing_key", id: "1", untilMs: 1_000_000 });
    set.dropEnded(9_000_000, 9_000_000);
    const next = new RevocationSet(1_000_000);
    next.addKeysOf(set);
    expect([set.has("signing_key", "1"), next.has("signing_key", "1"), next.size]).toEqual([true, true, 1]);
  });

  it("keeps the later end of two", () => {
    for (const ends of [[1, 1_000_000], [1_000_000, 1]]) {
      const set = new RevocationSet(1_000_000);
      for (const untilMs of ends) set.add({ kind: "user", id: "1", untilMs });
      set.dropEnded(500_000, 500_000);
      expect(set.has("user", "1")).toBe(true);
    }
  });

  describe("that is full", () => {
    const full = () => {
      const set = new RevocationSet(2);
      for (const id of ["1", "2"]) set.add({ kind: "session", id, untilMs: 1_000_000 });
      return set;
    };

    it("takes nothing new", () => {
      const set = full();
      expect(() => {
        set.add({ kind: "user", id: "1", untilMs: 1_000_000 });
      }).toThrow(TooManyRevocations);
      expect(set.size).toBe(2);
    });

    it("takes what it knows", () => {
      const set = full();
      set.add({ kind: "session", id: "1", untilMs: 2_000_000 });
      set.dropEnded(1_500_000, 1_500_000);
      expect([set.has("session", "1"), set.size]).toEqual([true, 1]);
    });

    it("has room again once something has ended, also soon after a sweep", () => {
      const set = full();
      set.dropEnded(1_060_000, 1_060_000);
      set.dropEnded(1_060_001, 1_060_001);
      set.add({ kind: "user", id: "1", untilMs: 2_000_000 });
      expect(set.size).toBe(1);
    });
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
