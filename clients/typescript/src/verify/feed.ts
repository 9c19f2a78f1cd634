/**
 * Follows the service's revocations: first a snapshot, then the stream of what comes after it. When the stream ends, for whatever reason,
 * the next one begins where it ended. If the service no longer knows that position, if its clock went back or if there is no room, a new
 * snapshot replaces all that was known. Until then the old set remains in force, and only grows older.
 *
 * Everything happens in one loop, and each piece of news is applied in one step, so that revocations, cursor and age always match.
 */

import { textOf } from "../body.js";
import { GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable } from "../errors.js";
import { type Stream, Transport } from "../transport.js";
import { type Clock, elapsedMs, type Instant, instantOf } from "./clock.js";
import { EventStreamReader, type StreamEvent } from "./event_stream.js";
import { Freshness } from "./freshness.js";
import { asOfMsOf, type News, NEWS_MAX, newsOf } from "./news.js";
import type { FeedSettings } from "./options.js";
import { RevocationSet, TooManyRevocations } from "./revocation_set.js";
import { SnapshotReader } from "./snapshot_reader.js";
import { idle, Signpost } from "./waiting.js";

/** The service sends news every second. A connection without news is given up after this, or after half of `maxStalenessMs` if longer. */
const SILENCE_MS_MIN = 3000;
const SNAPSHOT_MS_MAX = 60_000;
/** The pause after the n-th failure in a row is random, between 0 and this, doubled n times. */
const PAUSE_MS = 500;
const PAUSE_MS_MAX = 8000;
const RETRY_AFTER_MS_MAX = 60_000;
/** How long to wait after a snapshot that was too large: it may shrink. */
const SHRINKING_MS = 60_000;

export interface FeedSurroundings {
  clock: Clock;
  /** From 0 to less than 1. */
  random: () => number;
  /** Ends everything. Waiting callers fail with its reason. */
  closed: AbortSignal;
}

export class RevocationFeed {
  readonly #settings: FeedSettings;
  readonly #surroundings: FeedSurroundings;
  readonly #transport: Transport;
  readonly #freshness: Freshness;
  readonly #loaded = new Signpost();
  #set: RevocationSet | undefined;
  #cursor: string | undefined;
  #started = false;
  /** Attempts in a row that brought no news. */
  #failures = 0;
  #heardAt: Instant;
  #failure: unknown;

  constructor(settings: FeedSettings, surroundings: FeedSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#transport = new Transport(settings);
    this.#freshness = new Freshness(surroundings.clock);
    this.#heardAt = instantOf(surroundings.clock);
  }

  /** Begins to follow the feed. Only the first call does anything. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    void this.#run();
  }

  /** Resolves when the first snapshot is there. Throws GatehouseUnavailable if that takes too long or will not happen. */
  async loaded(): Promise<void> {
    if (this.#set) return;
    this.#surroundings.closed.throwIfAborted();
    if (isRefusal(this.#failure)) throw this.#unavailable();
    await this.#loaded.reached(this.#settings.timeoutMs, () => this.#unavailable());
  }

  /** Whether one of these is revoked. Call it after loaded(). Throws GatehouseUnavailable if what is known is too old to say no. */
  revokes(token: { sid: string; sub: string; kid: string }): boolean {
    const set = this.#set;
    if (set && (set.has("session", token.sid) || set.has("user", token.sub) || set.has("signing_key", token.kid))) return true;
    if (this.#freshness.ageMs() < this.#settings.maxStalenessMs) return false;
    throw new GatehouseUnavailable("stale", "What is known of revocations is too old: the service cannot be reached, or the clocks differ", this.#failure);
  }

  /** The time that the service's clock has reached, in milliseconds since 1970. */
  asOfMs(): number {
    return this.#freshness.asOfMs();
  }

  async #run(): Promise<void> {
    const { closed } = this.#surroundings;
    while (!closed.aborted) {
      let pauseMs = 0;
      this.#failures += 1;
      try {
        if (this.#cursor === undefined) await this.#takeSnapshot();
        await this.#follow();
      } catch (error) {
        pauseMs = this.#fail(error);
      }
      await idle(pauseMs + this.#drawnPause(), closed);
    }
    this.#loaded.fail(closed.reason as Error);
  }

  async #takeSnapshot(): Promise<void> {
    const set = new RevocationSet(this.#settings.revocationsMax);
    if (this.#set) set.addKeysOf(this.#set);
    const reader = new SnapshotReader((revocation) => {
      set.add(revocation);
    });
    for await (const text of textOf(await this.#ask("/snapshot", { Accept: "application/json" }, this.#settings.timeoutMs))) {
      reader.read(text);
      if (this.#silenceMs() > SNAPSHOT_MS_MAX) throw new GatehouseUnavailable("timeout", "The snapshot takes too long");
    }
    const { cursor, asOfMs } = reader.end();
    this.#set = set;
    this.#cursor = cursor;
    this.#freshness.begin(asOfMs);
    this.#failure = undefined;
    this.#loaded.reach();
  }

  /** Resolves when the service ends the stream. */
  async #follow(): Promise<void> {
    const patienceMs = Math.max(SILENCE_MS_MIN, this.#settings.maxStalenessMs / 2);
    const fields = { Accept: "text/event-stream", "Last-Event-ID": this.#cursor ?? "" };
    const stream = await this.#ask("", fields, patienceMs);
    const reader = new EventStreamReader();
    for await (const text of textOf(stream)) {
      for (const event of reader.read(text)) this.#apply(event);
      // Comments and other bytes that are not news keep the connection open, but do not count as news.
      if (this.#silenceMs() > patienceMs) throw new GatehouseUnavailable("timeout", "The service sends no news");
    }
  }

  #apply({ type, data }: StreamEvent): void {
    if (type === "revocations") this.#learn(newsOf(data));
    else if (type === "as-of") this.#learn({ asOfMs: asOfMsOf(data), revocations: [] });
  }

  /** What is known only becomes younger if the news found room. */
  #learn(news: Omit<News, "cursor"> & { cursor?: string }): void {
    this.#set?.dropEnded(this.#freshness.asOfMs(), this.#surroundings.clock.wallMs());
    for (const revocation of news.revocations) this.#set?.add(revocation);
    this.#cursor = news.cursor ?? this.#cursor;
    if (news.revocations.length < NEWS_MAX || this.#freshness.knowsService) this.#date(news.asOfMs);
    this.#failures = 0;
    this.#failure = undefined;
    this.#heardAt = instantOf(this.#surroundings.clock);
  }

  #date(asOfMs: number): void {
    if (this.#freshness.isSetBack(asOfMs)) {
      this.#cursor = undefined;
      throw new GatehouseUnavailable("stale", "The service's clock went back");
    }
    // News is held back on its way, or a clock was set: another connection may do better, and finds out anew.
    if (this.#freshness.learn(asOfMs) > this.#settings.maxStalenessMs) throw new GatehouseUnavailable("stale", "The revocations come too late");
  }

  #silenceMs(): number {
    return elapsedMs(this.#heardAt, instantOf(this.#surroundings.clock));
  }

  #ask(part: string, fields: Record<string, string>, patienceMs: number): Promise<Stream> {
    this.#freshness.ask();
    this.#heardAt = instantOf(this.#surroundings.clock);
    return this.#transport.stream({ method: "GET", path: this.#settings.path + part, fields }, { signal: this.#surroundings.closed, timeoutMs: patienceMs, retries: 0 });
  }

  /** Keeps the failure for messages. Returns the milliseconds for which the service wants to be left alone. */
  #fail(error: unknown): number {
    this.#failure = error;
    if (error instanceof TooManyRevocations) return this.#makeRoom();
    if (!isGatehouseError(error)) return 0;
    // The cursor is too old, altered, or from another service: 410 `cursor_too_old`, 400 `invalid_cursor`.
    if (error.status === 410 || error.status === 400) this.#cursor = undefined;
    if (isRefusal(error)) this.#loaded.fail(this.#unavailable());
    return Math.min((error.retryAfter ?? 0) * 1000, RETRY_AFTER_MS_MAX);
  }

  /** A new snapshot leaves out what has ended. If the snapshot itself is too large, only time helps. */
  #makeRoom(): number {
    const pauseMs = this.#cursor === undefined ? SHRINKING_MS : 0;
    this.#cursor = undefined;
    return pauseMs;
  }

  /** Random from 0 up, so that readers that lost the service at the same time do not come back at the same time. */
  #drawnPause(): number {
    return this.#surroundings.random() * Math.min(PAUSE_MS * 2 ** this.#failures, PAUSE_MS_MAX);
  }

  /** Why there is no snapshot yet. */
  #unavailable(): GatehouseUnavailable {
    if (isRefusal(this.#failure)) return new GatehouseUnavailable("configuration", "The service does not tell its revocations: url and apiKey need a look", this.#failure);
    const reason = isGatehouseUnavailable(this.#failure) ? this.#failure.reason : "network";
    return new GatehouseUnavailable(this.#failure === undefined ? "timeout" : reason, "The revocations could not be read in time", this.#failure);
  }
}

/** Whether the key is wrong or may not read revocations, or there is no feed at this address. */
function isRefusal(error: unknown): boolean {
  return isGatehouseError(error) && [401, 403, 404].includes(error.status);
}
