/** Forms as browsers send them, and where their actions redirect. */

import { createAuth } from "../../../src/next/index.js";
import { type Fate, failureOf, ServiceDouble } from "../service_double.js";

export function authOf(...fates: Fate[]) {
  const service = new ServiceDouble(...fates);
  return { service, auth: createAuth({ client: service.client({ retries: 0 }) }) };
}

export function form(values: Record<string, string>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(values)) made.set(name, value);
  return made;
}

/** Where Next.js was told to redirect to; its redirects are thrown. */
export async function targetOf(action: Promise<unknown>): Promise<string | undefined> {
  const { digest } = (await failureOf(action)) as { digest?: string };
  return digest?.startsWith("NEXT_REDIRECT;") ? digest.split(";")[2] : undefined;
}
