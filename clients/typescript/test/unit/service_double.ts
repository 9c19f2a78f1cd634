/** Stands in for the service: answers as it is told, and remembers the requests. */

import { createClient, type ClientOptions } from "../../src/index.js";

export const URL = "http://gatehouse.test";
export const API_KEY = "unit-test-api-key";

export interface Asked {
  url: string;
  method: string;
  headers: Record<string, string>;
  body: unknown;
  init: RequestInit;
}

/** What happens to one request: an answer, a network failure, or silence until the request is given up. */
export type Fate = Response | Error | "silence";

export class ServiceDouble {
  readonly asked: Asked[] = [];
  readonly #fates: Fate[];

  /** The fates of the requests in order; the last one is repeated for all further requests. */
  constructor(...fates: Fate[]) {
    this.#fates = fates;
  }

  readonly fetch = (url: string, init: RequestInit): Promise<Response> => {
    const body = typeof init.body === "string" ? (JSON.parse(init.body) as unknown) : undefined;
    this.asked.push({ url, method: init.method ?? "", headers: init.headers as Record<string, string>, body, init });
    const fate = this.#fates.length > 1 ? this.#fates.shift() : this.#fates[0];
    if (fate === "silence") return untilAborted(init.signal);
    return fate instanceof Response ? Promise.resolve(fate.clone()) : Promise.reject(fate ?? new Error("no fate"));
  };

  client(options: Partial<ClientOptions> = {}) {
    return createClient({ url: URL, apiKey: API_KEY, fetch: this.fetch, ...options });
  }

  /** The only request that came. */
  get only(): Asked {
    const [first, ...others] = this.asked;
    if (!first || others.length > 0) throw new Error(`${this.asked.length} requests instead of one`);
    return first;
  }
}

function untilAborted(signal: AbortSignal | null | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => {
      reject(new DOMException("This operation was aborted", "AbortError"));
    });
  });
}

export function answer(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(typeof body === "string" ? body : JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", "X-Request-Id": "from-header", ...headers },
  });
}

export function refusal(status: number, code: string, headers: Record<string, string> = {}): Response {
  return answer({ error: `Text of ${code}`, code, requestId: "from-body" }, status, headers);
}

/** What a promise was rejected with. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it did not fail");
}
