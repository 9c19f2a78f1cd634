/** The client for Node.js, which can also reach the service over a Unix socket. */

import { type Client, createClient as createHttpClient } from "../client.js";
import type { ClientOptions } from "../options.js";
import { fetchOver } from "./unix_fetch.js";

export * from "../index.js";

/** Creates a client of the service at `options.url`, which may also be a Unix socket: `unix:/run/gatehouse/gatehouse.sock`. */
export function createClient(options: ClientOptions): Client {
  const path = /^unix:(\/.+)$/.exec(options.url)?.[1];
  return createHttpClient(path ? { ...options, url: "http://localhost", fetch: fetchOver(path) } : options);
}
