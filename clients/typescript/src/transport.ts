/** Sends requests: header fields, time limits and repetitions. */

import { type Answer, type Expectation, readAnswer, readJson, refusalOf } from "./answer.js";
import { type Limit, pause, within } from "./deadline.js";
import { type GatehouseError, isGatehouseError, isGatehouseUnavailable } from "./errors.js";
import { baseOf, type CallOptions, type ClientOptions, type Fetch, fieldsOf, VISIBLE } from "./options.js";

const TIMEOUT_MS = 5000;
const RETRIES = 2;
/** The pause before the first repetition is random, between 0 and this; the maximum doubles with each further repetition. */
const PAUSE_MS = 100;

export interface Request extends Expectation {
  method: "GET" | "POST" | "PUT" | "DELETE";
  path: string;
  query?: Readonly<Record<string, string | number | undefined>>;
  body?: object;
  fields?: Readonly<Record<string, string>>;
  /** Sending it twice has the same effect as sending it once. A GET is always repeatable. */
  repeatable?: boolean;
  /** It has an `Idempotency-Key`. It may have to wait in the service's queue, where an attempt that is given up loses its place. */
  once?: boolean;
}

/** A body that is still arriving. `limit` is for each wait for a part of it; a wait that fails aborts `controller`. */
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
    // The global `fetch` is looked up at each call, because frameworks and tests replace it.
    this.#fetch = options.fetch ?? ((url, init) => fetch(url, init));
  }

  /** Sends a request and reads the whole answer. */
  send(request: Request, options: CallOptions = {}): Promise<Answer> {
    return this.#repeat(request, options, (response) => readAnswer(response, request));
  }

  /** Sends a request. Resolves as soon as the answer's header is there; its body may have any length. */
  stream(request: Request, options: CallOptions = {}): Promise<Stream> {
    const ms = options.timeoutMs ?? this.#timeoutMs;
    return this.#repeat(request, options, async (response, controller, limit) => {
      if (!response.ok || !response.body) throw refusalOf(response, readJson(await response.text()));
      return { response, controller, limit: { ...limit, ms } };
    });
  }

  /**
   * Sends the request until `read` succeeds, or until the request may not be sent again. All attempts together take at most the call's
   * time. Each attempt of a request that may be repeated gets an equal share of it, so that one silent replica does not use it up. An
   * attempt with `once` gets all that is left, and while the service says that it is still working on it, asking again is not counted.
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
    // Following a redirect would send the key to wherever it leads. Some edge runtimes know neither "error" nor, in old versions, `cache`.
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

/** The service is still working on the same request, which was given up here. */
const IN_PROGRESS = "idempotency_in_progress";

const isPassing = ({ status, code }: GatehouseError) => [502, 503, 504].includes(status) || code === IN_PROGRESS;

/** Milliseconds until a failed request is sent again; null if it is not. After a 429 nothing has been done, whatever the request was. */
function pauseAfter(error: unknown, repeatable: boolean, attempt: number): number | null {
  const drawn = Math.random() * PAUSE_MS * 2 ** attempt;
  if (isGatehouseUnavailable(error)) return repeatable ? drawn : null;
  if (!isGatehouseError(error) || !(error.status === 429 || (repeatable && isPassing(error)))) return null;
  const wait = error.retryAfter === null ? drawn : error.retryAfter * 1000;
  // These attempts are not counted, so nothing else keeps the call from asking again without a pause.
  return error.code === IN_PROGRESS ? Math.max(wait, PAUSE_MS) : wait;
}
