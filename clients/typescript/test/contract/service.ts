/** The real service, which `tests/clients` starts, and separate users for each test. */

import { createClient, type ClientOptions, type NewUser } from "../../src/index.js";

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set: these tests are started by ./dev test`);
  return value;
}

export const url = setting("GATEHOUSE_URL");
export const apiKey = setting("GATEHOUSE_API_KEY");
/** Where the service puts its mails, in development. */
export const outbox = setting("GATEHOUSE_OUTBOX");
export const pid = Number(setting("GATEHOUSE_PID"));

/** A client that is patient, because the machine may stall. */
export function client(options: Partial<ClientOptions> = {}) {
  return createClient({ url, apiKey, timeoutMs: 60_000, ...options });
}

let people = 0;

/** Somebody whom the service does not know yet. */
export function somebody(): NewUser {
  people += 1;
  return { first_name: "Ada", last_name: "Lovelace", email: `ada-${process.pid}-${people}@example.com`, password: "correct horse battery" };
}

/** A client address that no other test uses. */
export function address(): string {
  people += 1;
  return `2001:db8:${people.toString(16)}::1`;
}

export async function registered() {
  const person = somebody();
  const user = await client().users.create(person);
  return { ...person, id: user.id };
}

export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => { throw new Error("it did not fail"); },
    (error: unknown) => error,
  );
}

export async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
