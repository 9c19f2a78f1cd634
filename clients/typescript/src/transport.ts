/** Sends requests: fields, time, and what may be sent again. */

import { type Answer, type Expectation, readAnswer, readJson, refusalOf } from "./answer.js";
import { type Limit, pause, within } from "./deadline.js";
import { type GatehouseError, isGatehouseError, isGatehouseUnavailable } from "./errors.js";
import { baseOf, type CallOptions, type ClientOptions, type Fetch, fieldsOf, VISIBLE } from "./options.js";

const TIMEOUT_MS = 5000;
const RETRIES = 2;
/** The pause before the n-th repetition is drawn between 0 and this, doubled n times. */
const PAUSE_MS = 100;

export interface Request extends Expectation {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: object;
  fields?: Readonly<Record<string, string>>;
  /** Twice is the same as once. GET is always. */
  repeatable?: boolean;
  /** It has an `Idempotency-Key`, and may have to wait in the service's queue, where an attempt that is given up loses its place. */
  once?: boolean;
}

/** A body that is still coming; `limit` is for each wait for a part of it, which ends `controller` when it fails. */
export interface Stream {
  response: Response;
  limit: Limit;
  controller: AbortController;
}

export class Transport {
  readonly #base: string;
  readonly #key: string;
  readonly #timeoutMs: number;
  readonly #retries: number;
  readonly #fetch: Fetch;

  constructor(options: ClientOptions) {
    if (!VISIBLE.test(options.apiKey)) throw new TypeError("apiKey must be visible ASCII characters");
    this.#base = baseOf(options.url);
    this.#key = options.apiKey;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#retries = options.retries ?? RETRIES;
    // The global one is looked up at each call: frameworks and tests replace it.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** The whole answer. */
  send(request: Request, options: CallOptions = {}): Promise<Answer> {
    return this.#repeat(request, options, (response) => readAnswer(response, request));
  }

  /** An answer of any length, as soon as its header is there. */
  stream(request: Request, options: CallOptions = {}): Promise<Stream> {
    const ms = options.timeoutMs ?? this.#timeoutMs;
    return this.#repeat(request, options, async (response, controller, limit) => {
      if (!response.ok) throw refusalOf(response, readJson(await response.text()));
      return { response, controller, limit: { ...limit, ms } };
    });
  }

  /**
   * Sends it until `read` is content, or until it may not be sent again. All of it together takes at most the call's time, of
   * which each attempt of a request that may be repeated gets an equal share, so that one silent replica does not use it up. What is
   * done once gets all that is left, and while the service says that it still works for it, asking again is not counted.
   */
  async #repeat<Result>(request: Request, options: CallOptions, read: Reader<Result>): Promise<Result> {
    const { signal, timeoutMs = this.#timeoutMs, retries = this.#retries } = options;
    if (!(timeoutMs > 0 && retries >= 0)) throw new TypeError("timeoutMs must be more than 0, and retries not less");
    const repeatable = request.method === "GET" || request.repeatable === true;
    const init = this.#initOf(request, options);
    const end = performance.now() + timeoutMs;
    let attempt = 0;
    while (true) {
      const left = end - performance.now();
      const ms = repeatable && !request.once ? left / (retries - attempt + 1) : left;
      const limit = { ms, signal, what: `${request.method} ${request.path}` };
      try {
        return await this.#once(this.#urlOf(request), init, limit, read);
      } catch (error) {
        const isAwaited = request.once === true && isGatehouseError(error, IN_PROGRESS);
        const wait = isAwaited || attempt < retries ? pauseAfter(error, repeatable, attempt) : null;
        if (wait === null || performance.now() + wait >= end) throw error;
        await pause(wait, signal);
        if (!isAwaited) attempt += 1;
      }
    }
  }

  #once<Result>(url: string, init: RequestInit, limit: Limit, read: Reader<Result>): Promise<Result> {
    const controller = new AbortController();
    // Some runtimes refuse a `fetch` that is called as a method.
    const send = this.#fetch;
    return within(limit, controller, async () => read(await send(url, { ...init, signal: controller.signal }), controller, limit));
  }

  #initOf(request: Request, options: CallOptions): RequestInit {
    const headers: Record<string, string> = { Accept: "application/json", "X-API-Key": this.#key, ...fieldsOf(options), ...request.fields };
    // A redirect would carry the key to wherever it leads. Some edge runtimes know neither "error" nor, in old versions, `cache`.
    const init: RequestInit = { method: request.method, headers, redirect: "manual" };
    if ("cache" in globalThis.Request.prototype) init.cache = "no-store";
    if (request.body) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(request.body);
    }
    return init;
  }

  #urlOf({ path, query = {} }: Request): string {
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
    return this.#base + path + (search && `?${search}`);
  }
}

type Reader<Result> = (response: Response, controller: AbortController, limit: Limit) => Promise<Result>;

/** The service still works for the same request, which was given up here. */
const IN_PROGRESS = "idempotency_in_progress";

const isPassing = ({ status, code }: GatehouseError) => [502, 503, 504].includes(status) || code === IN_PROGRESS;

/** Milliseconds to wait before a failed request is sent again; null: it is not. After a 429 nothing has been done, whatever it was. */
function pauseAfter(error: unknown, repeatable: boolean, attempt: number): number | null {
  const drawn = Math.random() * PAUSE_MS * 2 ** attempt;
  if (isGatehouseUnavailable(error)) return repeatable ? drawn : null;
  if (!isGatehouseError(error) || !(error.status === 429 || (repeatable && isPassing(error)))) return null;
  const wait = error.retryAfter === null ? drawn : error.retryAfter * 1000;
  // What is waited for is not counted, so nothing else keeps it from being asked for without a pause.
  return error.code === IN_PROGRESS ? Math.max(wait, PAUSE_MS) : wait;
}
