/**
 * The published keys, fetched when they are needed and kept for as long as the service allows.
 *
 * After that the service may have withdrawn a key, so the keys are no longer used, even if nobody answers: callers that need them are told
 * that nothing is known. A token with an unknown key id may be signed by a new key, so the keys are fetched again for it, but at most once
 * a minute; otherwise anybody could cause a fetch with every request. All callers that wait share one fetch.
 */

import { readJson, refusalOf } from "../answer.js";
import { textOf } from "../body.js";
import { within } from "../deadline.js";
import { GatehouseUnavailable, isGatehouseError } from "../errors.js";
import type { Fetch } from "../options.js";
import { type Lifetime, lifetimeOf } from "./cache_control.js";
import { type Clock, elapsedMs, type Instant, instantOf } from "./clock.js";
import { keysOf, type PublishedKey } from "./published_key.js";

const UNKNOWN_KID_MS = 60_000;
/** After a failed fetch, nobody asks for this long, or for as long as the service wants, up to a minute. */
const FAILURE_MS = 1000;
const FAILURE_MS_MAX = 60_000;
const SET_CHARACTERS_MAX = 1_048_576;

export interface KeySetOptions {
  url: string;
  timeoutMs: number;
  fetch: Fetch;
  clock: Clock;
  /** Ends fetches. */
  closed: AbortSignal;
}

interface Known extends Lifetime {
  keys: ReadonlyMap<string, PublishedKey>;
  at: Instant;
}

export class KeySet {
  readonly #options: KeySetOptions;
  #known: Known | undefined;
  #fetching: Promise<Known> | undefined;
  /** The failure of the last fetch. */
  #failure: { error: GatehouseUnavailable; at: Instant; ms: number } | undefined;
  /** The last fetch for an unknown id. */
  #unknownAt: Instant | undefined;

  constructor(options: KeySetOptions) {
    this.#options = options;
  }

  /** The key with that id, or null if the service has none. Throws GatehouseUnavailable if that cannot be known. */
  async find(kid: string): Promise<PublishedKey | null> {
    const age = this.#known ? this.#since(this.#known.at) : Infinity;
    if (!this.#known || age >= this.#known.usableMs) return (await this.#fetched()).keys.get(kid) ?? null;
    // In the background, for later callers. A failure matters only to those who come when the keys are too old.
    if (age >= this.#known.freshMs) this.#fetched().catch(() => undefined);
    return this.#known.keys.get(kid) ?? this.#lookAgain(kid);
  }

  async #lookAgain(kid: string): Promise<PublishedKey | null> {
    const lately = this.#unknownAt !== undefined && this.#since(this.#unknownAt) < UNKNOWN_KID_MS;
    if (lately && !this.#fetching) {
      if (this.#failure) throw this.#failure.error;
      return null;
    }
    const asked = this.#fetched();
    if (this.#fetching) this.#unknownAt = instantOf(this.#options.clock);
    return (await asked).keys.get(kid) ?? null;
  }

  /** Newly fetched keys, or those of the fetch that is under way, if there is one. */
  #fetched(): Promise<Known> {
    const failure = this.#failure;
    if (failure && this.#since(failure.at) < failure.ms) return Promise.reject(failure.error);
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetch(): Promise<Known> {
    // An answer says what was true when it was requested; it is no younger for having taken long.
    const at = instantOf(this.#options.clock);
    try {
      this.#known = { ...(await this.#answer()), at };
      this.#failure = undefined;
      return this.#known;
    } catch (cause) {
      const error = cause instanceof GatehouseUnavailable ? cause : new GatehouseUnavailable("network", "The keys cannot be read", cause);
      this.#failure = { error, at: instantOf(this.#options.clock), ms: pauseAfter(cause) };
      throw error;
    }
  }

  #answer(): Promise<Omit<Known, "at">> {
    const { url, timeoutMs, fetch: send, closed } = this.#options;
    const controller = new AbortController();
    const limit = { ms: timeoutMs, signal: closed, what: `GET ${new URL(url).pathname}` };
    return within(limit, controller, async () => {
      const response = await send(url, requestInit(controller.signal));
      let text = "";
      for await (const part of textOf({ response, limit, controller })) {
        text += part;
        if (text.length > SET_CHARACTERS_MAX) throw new RangeError("The key set is too large");
      }
      const keys = response.ok ? keysOf(readJson(text), this.#known?.keys ?? new Map()) : null;
      if (!keys) throw refusalOf(response, readJson(text));
      return { keys, ...lifetimeOf(response.headers) };
    });
  }

  #since(at: Instant): number {
    return elapsedMs(at, instantOf(this.#options.clock));
  }
}

/** It has no API key, so that browsers need no preflight. It bypasses caches of browsers and frameworks, which would hide a new key. */
function requestInit(signal: AbortSignal): RequestInit {
  const init: RequestInit = { method: "GET", headers: { Accept: "application/json" }, redirect: "manual", signal };
  if ("cache" in Request.prototype) init.cache = "no-store";
  return init;
}

function pauseAfter(error: unknown): number {
  const wanted = isGatehouseError(error) && error.retryAfter !== null ? error.retryAfter * 1000 : FAILURE_MS;
  return Math.min(Math.max(wanted, FAILURE_MS), FAILURE_MS_MAX);
}
