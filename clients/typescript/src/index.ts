/**
 * The client of the Gatehouse authentication service. It needs `fetch` and nothing else.
 *
 * Start with createClient(). The API key belongs in the back end: never make a client in a page.
 */

export type { ApiKeys } from "./api_keys.js";
export type { Audit } from "./audit.js";
export { type Client, createClient } from "./client.js";
export type { Emails } from "./emails.js";
export { type FieldProblem, GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable, type UnavailableReason } from "./errors.js";
export type * from "./model.js";
export type { CallOptions, ChangeOptions, ClientOptions, Fetch, ListOptions, LoginOptions, PageOptions } from "./options.js";
export type { Passwords } from "./passwords.js";
export type { Sessions, Tokens } from "./sessions.js";
export type { Users } from "./users.js";
