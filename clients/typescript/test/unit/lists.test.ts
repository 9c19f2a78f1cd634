import { describe, expect, it } from "vitest";

import type { AuditEvent } from "../../src/index.js";
import { answer, failureOf, refusal, ServiceDouble } from "./service_double.js";

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const linked = (body: unknown, cursor: string) => answer(body, 200, { Link: `</users?limit=2&after=${encodeURIComponent(cursor)}>; rel="next"` });

describe("users.list", () => {
  it("yields the users of all pages", async () => {
    const service = new ServiceDouble(linked([{ id: 3 }, { id: 2 }], "a+b/c="), answer([{ id: 1 }]));
    expect(await all(service.client().users.list({ limit: 2 }))).toEqual([{ id: 3 }, { id: 2 }, { id: 1 }]);
    expect(service.asked.map(({ url }) => new globalThis.URL(url).searchParams.get("after"))).toEqual([null, "a+b/c="]);
  });

  it("asks for pages of 100 unless it is told otherwise", async () => {
    const service = new ServiceDouble(answer([]));
    await all(service.client().users.list());
    expect(service.only.url).toMatch(/\/users\?limit=100$/);
  });

  it("asks for no page that is not wanted", async () => {
    const service = new ServiceDouble(linked([{ id: 3 }, { id: 2 }], "x"));
    for await (const user of service.client().users.list()) {
      expect(user.id).toBe(3);
      break;
    }
    expect(service.asked).toHaveLength(1);
  });

  it("fails in the middle as a call does", async () => {
    const service = new ServiceDouble(linked([{ id: 3 }], "x"), refusal(400, "validation_failed"));
    const found: number[] = [];
    const reading = (async () => {
      for await (const user of service.client().users.list()) found.push(user.id);
    })();
    expect(await failureOf(reading)).toMatchObject({ status: 400 });
    expect(found).toEqual([3]);
  });
});

describe("audit.list", () => {
  it("goes on behind an empty page", async () => {
    const service = new ServiceDouble(linked({ events: [] }, "x"), answer({ events: [{ id: 1 }] }));
    expect(await all(service.client().audit.list({ type: "logout" }))).toEqual([{ id: 1 }]);
    expect(service.asked.every(({ url }) => url.includes("type=logout"))).toBe(true);
  });
});

function streamOf(...chunks: (string | Uint8Array)[]): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? encoder.encode(chunk) : chunk);
      controller.close();
    },
  });
  return new Response(body, { headers: { "Content-Type": "application/x-ndjson", "X-Request-Id": "from-header" } });
}

const exported = (response: Response): AsyncGenerator<AuditEvent> => new ServiceDouble(response).client().audit.export({ from: "2026-11-26" });

describe("audit.export", () => {
  it("yields the events, wherever the parts of the answer end", async () => {
    const text = new TextEncoder().encode('{"id":1,"actor":"ä€"}\n{"id":2}\n');
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(await all(exported(streamOf(text.slice(0, cut), text.slice(cut))))).toEqual([{ id: 1, actor: "ä€" }, { id: 2 }]);
    }
  });

  it("may be empty", async () => {
    expect(await all(exported(streamOf()))).toEqual([]);
  });

  it("asks for its time", async () => {
    const service = new ServiceDouble(streamOf());
    await all(service.client().audit.export({ from: "2026-11-26", to: "2026-11-27" }));
    expect(service.only.url).toMatch(/\/audit\/export\?from=2026-11-26&to=2026-11-27$/);
  });

  it.each([
    ["is no JSON", '{"id":1}\nno\n'],
    ["is cut off", '{"id":1}\n{"id":'],
    ["is endless", `{"id":1}\n${"x".repeat(1_048_577)}`],
  ])("fails at a line that %s, after those before it", async (_, text) => {
    const found: AuditEvent[] = [];
    const reading = (async () => {
      for await (const event of exported(streamOf(...text.split(/(?<=\n)/)))) found.push(event);
    })();
    expect(await failureOf(reading)).toMatchObject({ code: "unexpected_answer", requestId: "from-header" });
    expect(found).toEqual([{ id: 1 }]);
  });

  it("is a refusal where the service refuses", async () => {
    expect(await failureOf(exported(refusal(403, "missing_scope")).next())).toMatchObject({ status: 403, code: "missing_scope" });
  });

  it("fails as unavailable when no more comes in time, and ends the request", async () => {
    const body = new ReadableStream({ start: (controller) => { controller.enqueue(new TextEncoder().encode('{"id":1}\n')); } });
    const service = new ServiceDouble(new Response(body));
    const events = service.client({ timeoutMs: 50 }).audit.export();
    expect((await events.next()).value).toEqual({ id: 1 });
    expect(await failureOf(events.next())).toMatchObject({ name: "GatehouseUnavailable", reason: "timeout" });
    expect(service.only.init.signal?.aborted).toBe(true);
  });

  it("ends the request when the reader leaves early", async () => {
    const service = new ServiceDouble(streamOf('{"id":1}\n{"id":2}\n'));
    for await (const event of service.client().audit.export()) {
      expect(event.id).toBe(1);
      break;
    }
    expect(service.only.init.signal?.aborted).toBe(true);
  });

  it("ends with the reason of the caller's signal", async () => {
    const caller = new AbortController();
    const service = new ServiceDouble(new Response(new ReadableStream()));
    const next = service.client().audit.export({}, { signal: caller.signal }).next();
    setTimeout(() => { caller.abort(new Error("gone")); }, 1);
    expect(await failureOf(next)).toMatchObject({ message: "gone" });
  });
});
