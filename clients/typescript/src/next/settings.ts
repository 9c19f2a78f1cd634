/** The settings that the old snippets read, too. */

import { type Client, createClient } from "../client.js";

// Next.js replaces these names by their values where a bundle has no environment, so they stand here in full.
declare const process: { env: { API_URL?: string; API_KEY?: string } };

/** The client of `API_URL` and `API_KEY`. */
export function clientOfEnvironment(): Client {
  const url = process.env.API_URL;
  const apiKey = process.env.API_KEY;
  if (!url || !apiKey) throw new TypeError("API_URL and API_KEY must be set");
  return createClient({ url, apiKey });
}
