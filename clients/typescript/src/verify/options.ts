/** The options of a verifier, and what may be wrong with them. */

import { baseOf, type ClientOptions, type Fetch, VISIBLE } from "../options.js";
import { allAlgorithms, type TokenAlgorithm } from "./algorithms.js";
import type { Expected, TokenType } from "./claims.js";

export interface TokenVerifierOptions {
  /** Where the service publishes its keys: `https://…/.well-known/jwks.json`. */
  jwksUrl: string;
  /** `JWT_ISSUER` of the service. */
  issuer: string;
  /** The audience that tokens must be for; of several, one is enough. */
  audience: string | readonly string[];
  /** Keys of other algorithms count as unknown. All three by default. */
  algorithms?: readonly TokenAlgorithm[];
  /** `JWT_TYPE` of the service, to accept only tokens of that type; RFC 9068 requires this for `at+jwt`. */
  type?: TokenType;
  /** By how much this machine's clock may differ from the service's; 5 by default. Expired tokens are accepted for this long. */
  clockToleranceSeconds?: number;
  /** The longest that a check waits for the keys, and the first check for the revocations; 5,000 by default. */
  timeoutMs?: number;
  /** Refuses tokens whose session, user or key was revoked. Without it, they are accepted until they expire. */
  revocations?: RevocationOptions;
  /** Sends the requests in place of the global `fetch`. */
  fetch?: Fetch;
}

export interface RevocationOptions {
  /** The address of the feed: `https://…/revocations`. */
  url: string;
  /** A key of the service that may read revocations. */
  apiKey: string;
  /** For how long a revoked token may still be accepted; 5,000 by default. */
  maxStalenessMs?: number;
}

/** The settings of the feed. `url` is the address of the service, and `path` follows it. */
export type FeedSettings = Required<Pick<ClientOptions, "url" | "apiKey" | "timeoutMs" | "fetch">> & { path: string; maxStalenessMs: number; revocationsMax: number };

export interface Settings {
  jwksUrl: string;
  algorithms: readonly TokenAlgorithm[];
  type: TokenType | undefined;
  expected: Expected;
  timeoutMs: number;
  fetch: Fetch;
  feed: FeedSettings | null;
}

const TOLERANCE_SECONDS = 5;
const TIMEOUT_MS = 5000;
const STALENESS_MS = 5000;
/** About 100 MB. */
const REVOCATIONS_MAX = 1_000_000;

/** The options with their defaults. Throws a TypeError for a value that cannot be meant, without repeating it. */
export function settingsOf(options: TokenVerifierOptions): Settings {
  const { jwksUrl, issuer, audience, algorithms = allAlgorithms, type, clockToleranceSeconds = TOLERANCE_SECONDS, timeoutMs = TIMEOUT_MS } = options;
  const audiences = typeof audience === "string" ? [audience] : [...audience];
  baseOf(jwksUrl.split("?")[0] ?? "");
  demand(issuer !== "" && audiences.length > 0 && !audiences.includes(""), "issuer and audience must not be empty");
  demand(algorithms.length > 0 && algorithms.every((name) => allAlgorithms.includes(name)), `algorithms must be some of ${allAlgorithms.join(", ")}`);
  demand(clockToleranceSeconds >= 0 && Number.isFinite(clockToleranceSeconds), "clockToleranceSeconds must not be negative");
  demand(timeoutMs > 0, "timeoutMs must be more than 0");
  // The global `fetch` is looked up at each call, because frameworks and tests replace it.
  const send: Fetch = options.fetch ?? ((url, init) => fetch(url, init));
  const expected = { issuer, audiences, toleranceSeconds: clockToleranceSeconds };
  const feed = options.revocations ? feedOf(options.revocations, timeoutMs, send) : null;
  return { jwksUrl, algorithms: [...algorithms], type, expected, timeoutMs, fetch: send, feed };
}

function feedOf({ url, apiKey, maxStalenessMs = STALENESS_MS }: RevocationOptions, timeoutMs: number, send: Fetch): FeedSettings {
  const address = baseOf(url);
  const end = address.lastIndexOf("/");
  demand(new URL(address).pathname !== "/", "revocations.url must end with the path of the feed, such as /revocations");
  demand(VISIBLE.test(apiKey), "apiKey must be visible ASCII characters");
  demand(maxStalenessMs > 0 && Number.isFinite(maxStalenessMs), "maxStalenessMs must be more than 0");
  return { url: address.slice(0, end), path: address.slice(end), apiKey, timeoutMs, fetch: send, maxStalenessMs, revocationsMax: REVOCATIONS_MAX };
}

function demand(holds: boolean, message: string): void {
  if (!holds) throw new TypeError(message);
}
