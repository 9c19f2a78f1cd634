/** Stands in for the service: its keys and its revocations. Its clock is that of the test. */

import { vi } from "vitest";

import { type Clock, systemClock } from "../../../src/verify/clock.js";
import type { TokenVerifierOptions } from "../../../src/verify/index.js";
import { TokenVerifier } from "../../../src/verify/verifier.js";
import type { SigningKey } from "./tokens.js";

const SERVICE = "http://gatehouse.test";
export const API_KEY = "a-key-of-the-feed";
export const TOKEN_TTL_MS = 3_600_000;

export type Answering = (init: RequestInit) => Response | Error | "silence";

export interface Revoked {
  kind: string;
  id: unknown;
  until: string;
}

export class VerifierService {
  readonly asked: { path: string; headers: Record<string, string>; init: RequestInit; at: number }[] = [];
  readonly feed = new Feed();
  keys: SigningKey[] = [];
  cacheControl = "public, max-age=3600, stale-while-revalidate=600";
  /** Answers in place of the usual ones, by path. */
  readonly instead = new Map<string, Answering>();

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const path = url.replace(SERVICE, "");
    this.asked.push({ path, headers: init.headers as Record<string, string>, init, at: Date.now() });
    const fate = (this.instead.get(path) ?? this.#usual(path))(init);
    if (fate === "silence") return untilAborted(init.signal);
    return fate instanceof Response ? Promise.resolve(fate) : Promise.reject(fate);
  };

  verifier(options: Partial<TokenVerifierOptions> = {}, surroundings: { clock?: Clock; random?: () => number } = {}): TokenVerifier {
    const all = { jwksUrl: `${SERVICE}/.well-known/jwks.json`, issuer: "gatehouse", audience: "gatehouse", fetch: this.fetch, ...options };
    return new TokenVerifier(all, { clock: systemClock, random: () => 0.5, ...surroundings });
  }

  following(maxStalenessMs = 5000, surroundings = {}): TokenVerifier {
    return this.verifier({ revocations: { url: `${SERVICE}/revocations`, apiKey: API_KEY, maxStalenessMs } }, surroundings);
  }

  count(path: string): number {
    return this.asked.filter((one) => one.path === path).length;
  }

  #usual(path: string): Answering {
    if (path === "/revocations/snapshot") return () => this.feed.snapshot();
    if (path === "/revocations") return (init) => this.feed.stream(init);
    return () => Response.json({ keys: this.keys.map(({ jwk }) => jwk) }, { headers: { "Cache-Control": this.cacheControl } });
  }
}

/** The log of revocations, and its readers. A cursor is the number of revocations before it. */
export class Feed {
  readonly log: Revoked[] = [];
  /** Cursors before this one are too old. */
  oldest = 0;
  /** How far its clock is behind. */
  lagMs = 0;
  /** What its clock shows if it stands still. */
  standsAtMs: number | undefined;
  /** What a stream begins with, in place of what follows its cursor. */
  opening: string | undefined;
  /** Divides a text into the parts in which it is sent; they may end anywhere. */
  parts: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>[] = (bytes) => [bytes];
  readonly #readers = new Set<ReadableStreamDefaultController<Uint8Array>>();

  get readers(): number {
    return this.#readers.size;
  }

  revoke(kind: string, id: unknown): void {
    this.log.push({ kind, id, until: new Date(Date.now() + TOKEN_TTL_MS).toISOString() });
    this.send(this.#event(this.log.length - 1));
  }

  /** Sends what the service sends every second. */
  beat(): void {
    this.send(this.#heartbeat());
  }

  /** Ends all streams, as a restart does, or breaks them. */
  end(error?: Error): void {
    for (const reader of this.#readers) {
      if (error) reader.error(error);
      else reader.close();
    }
    this.#readers.clear();
  }

  send(text: string): void {
    for (const reader of this.#readers) this.#write(reader, text);
  }

  snapshot(): Response {
    const alive = this.log.filter(({ until }) => Date.parse(until) > Date.now() - this.lagMs);
    return Response.json({ cursor: `after-${this.log.length}`, asOf: this.#asOf(), revocations: alive });
  }

  stream(init: RequestInit): Response {
    const place = /^after-(\d+)$/.exec((init.headers as Record<string, string>)["Last-Event-ID"] ?? "")?.[1];
    if (place === undefined || Number(place) > this.log.length) return refusal(400, "invalid_cursor");
    if (Number(place) < this.oldest) return refusal(410, "cursor_too_old");
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#readers.add(controller);
        this.#write(controller, this.opening ?? this.#event(Number(place)));
        init.signal?.addEventListener("abort", () => {
          if (this.#readers.delete(controller)) controller.error(new DOMException("This operation was aborted", "AbortError"));
        });
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  #write(reader: ReadableStreamDefaultController<Uint8Array>, text: string): void {
    for (const part of this.parts(new TextEncoder().encode(text))) reader.enqueue(part);
  }

  #asOf(): string {
    return new Date(this.standsAtMs ?? Date.now() - this.lagMs).toISOString();
  }

  #heartbeat(): string {
    return `event: as-of\ndata: ${JSON.stringify({ asOf: this.#asOf() })}\n\n`;
  }

  /** What follows a position. */
  #event(place: number): string {
    const revocations = this.log.slice(place);
    if (revocations.length === 0) return this.#heartbeat();
    const cursor = `after-${this.log.length}`;
    return `event: revocations\nid: ${cursor}\ndata: ${JSON.stringify({ cursor, asOf: this.#asOf(), revocations })}\n\n`;
  }
}

export function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  return Response.json({ error: `Text of ${code}`, code, requestId: "r" }, { status, headers });
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => {
      reject(new DOMException("This operation was aborted", "AbortError"));
    });
  });
}

/** Lets everything happen that is ready to. */
export async function settle(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0);
}

/** Waits for the promise while the test's time passes; what it needs may take real time as well. */
export async function timePassesUntil<Result>(promise: Promise<Result>): Promise<Result> {
  const state = { over: false };
  const watched = promise.finally(() => (state.over = true));
  while (!state.over) await vi.advanceTimersByTimeAsync(100);
  return watched;
}

/** Lets time pass, in which the service sends what it sends every second. */
export async function pass(service: VerifierService, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 1000) {
    await vi.advanceTimersByTimeAsync(Math.min(left, 1000));
    service.feed.beat();
    await settle();
  }
}
