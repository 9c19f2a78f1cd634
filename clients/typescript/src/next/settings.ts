/** The settings in the environment, which the snippets of the Express service read, too. */

import { type Client, createClient } from "../client.js";

// Next.js replaces these names by their values where a bundle has no environment, so they must be written in full.
declare const process: { env: { API_URL?: string; API_KEY?: string } };

/** A client for `API_URL` and `API_KEY`. */
export function clientOfEnvironment(): Client {
  const url = process.env.API_URL;
  const apiKey = process.env.API_KEY;
  if (!url || !apiKey) throw new TypeError("API_URL and API_KEY must be set");
  return createClient({ url, apiKey });
}
