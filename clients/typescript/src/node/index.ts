/** The client for Node.js, which can ask a service over a Unix socket as well. */

import { type Client, createClient as createHttpClient } from "../client.js";
import type { ClientOptions } from "../options.js";
import { fetchOver } from "./unix_fetch.js";

export * from "../index.js";

/** A client of the service at `options.url`, which may be a Unix socket: `unix:/run/gatehouse/gatehouse.sock`. */
export function createClient(options: ClientOptions): Client {
  const path = /^unix:(\/.+)$/.exec(options.url)?.[1];
  return createHttpClient(path ? { ...options, url: "http://localhost", fetch: fetchOver(path) } : options);
}
