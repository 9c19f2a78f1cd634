/** User accounts. */

import { type Json, nextOf } from "./answer.js";
import { itemsOf } from "./lists.js";
import type { Account, Device, NewUser, Page, Session, TaggedUser, User, UserChanges } from "./model.js";
import { type CallOptions, type ChangeOptions, conditionOf, type ListOptions, onceOnly, type PageOptions } from "./options.js";
import { idOf } from "./paths.js";
import type { Transport } from "./transport.js";

const PAGE_ITEMS = 100;

export class Users {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Registers a user. Refusals: `email_taken`, and `validation_failed` with the fields in `details`. */
  async create(user: NewUser, options?: CallOptions): Promise<User> {
    return (await this.#transport.send({ method: "POST", path: "/users", body: user, ...onceOnly() }, options)).body["user"] as User;
  }

  /** Reads a user. Refusal: `user_not_found`. */
  async get(id: number, options?: CallOptions): Promise<User> {
    return (await this.#get(id, "", options)) as unknown as User;
  }

  /** The same, with the tag that `ifMatch` of a change takes. */
  async tagged(id: number, options?: CallOptions): Promise<TaggedUser> {
    const { headers, body } = await this.#transport.send({ method: "GET", path: `/users/${idOf(id)}` }, options);
    return { user: body as unknown as User, etag: headers.get("ETag") ?? "" };
  }

  /** The user with that address, compared as at a login; null if there is none. */
  async find(email: string, options?: CallOptions): Promise<User | null> {
    const { body } = await this.#transport.send({ method: "GET", path: "/users", query: { email } }, options);
    return (body as unknown as User[])[0] ?? null;
  }

  /** Users whose address, last or first name begins with the text, newest first; at most 100. */
  async search(beginning: string, options?: CallOptions): Promise<User[]> {
    return (await this.#transport.send({ method: "GET", path: "/users", query: { q: beginning } }, options)).body as unknown as User[];
  }

  /** Changes the fields that are given. Refusals: those of create() and get(), and `version_mismatch`. */
  async update(id: number, changes: UserChanges, options: ChangeOptions = {}): Promise<User> {
    const request = { method: "PUT", path: `/users/${idOf(id)}`, body: changes, fields: conditionOf(options) } as const;
    const { body } = await this.#transport.send(request, options);
    return body["user"] as User;
  }

  /** Deletes a user and ends all of the user's sessions. Refusals: `user_not_found`, `user_referenced`, `version_mismatch`. */
  async delete(id: number, options: ChangeOptions = {}): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: `/users/${idOf(id)}`, fields: conditionOf(options) }, options);
  }

  /** All users, newest first. */
  list(options: ListOptions = {}): AsyncGenerator<User, void, undefined> {
    return itemsOf((after) => this.page(after === undefined ? options : { ...options, after }));
  }

  /** One page of that list. */
  async page(options: PageOptions = {}): Promise<Page<User>> {
    const query = { limit: options.limit ?? PAGE_ITEMS, after: options.after };
    const { headers, body } = await this.#transport.send({ method: "GET", path: "/users", query }, options);
    return { items: body as unknown as User[], next: nextOf(headers) };
  }

  /** The user's open sessions, newest first; at most 1,000. */
  async sessions(id: number, options?: CallOptions): Promise<Session[]> {
    return (await this.#get(id, "/sessions", options)) as unknown as Session[];
  }

  /** Logs a user out everywhere. Returns how many sessions ended. */
  async endSessions(id: number, options?: CallOptions): Promise<number> {
    return (await this.#transport.send({ method: "DELETE", path: `/users/${idOf(id)}/sessions` }, options)).body["count"] as number;
  }

  /** What an operator may want to know before helping a user. */
  async account(id: number, options?: CallOptions): Promise<Account> {
    return (await this.#get(id, "/account", options)) as unknown as Account;
  }

  /** Ends all sessions of a user and refuses further logins. `reason`, of at most 300 bytes, is for the audit trail. */
  async disable(id: number, reason?: string, options?: CallOptions): Promise<void> {
    await this.#change(id, "disable", reason === undefined ? undefined : { reason }, options);
  }

  /** Lets a disabled user in again. */
  async enable(id: number, options?: CallOptions): Promise<void> {
    await this.#change(id, "enable", undefined, options);
  }

  /** Forgets all failed password attempts for a user, so that the right password is accepted from everywhere. */
  async unlock(id: number, options?: CallOptions): Promise<void> {
    await this.#change(id, "unlock", undefined, options);
  }

  /** Makes the next login end with `password_change_required`; open sessions continue. */
  async requirePasswordChange(id: number, options?: CallOptions): Promise<void> {
    await this.#change(id, "require-password-change", undefined, options);
  }

  /** Sends a user the mail of `password.forgot()`. Refusals: `user_not_found`, `user_disabled`. */
  async sendReset(id: number, options?: CallOptions): Promise<void> {
    await this.#change(id, "send-reset", undefined, options);
  }

  /** The known devices of a user, the most recent login first. */
  async devices(id: number, options?: CallOptions): Promise<Device[]> {
    return (await this.#get(id, "/devices", options)) as unknown as Device[];
  }

  /** Forgets a user's known devices. Returns how many there were. */
  async forgetDevices(id: number, options?: CallOptions): Promise<number> {
    return (await this.#transport.send({ method: "DELETE", path: `/users/${idOf(id)}/devices` }, options)).body["count"] as number;
  }

  async #get(id: number, part: string, options: CallOptions | undefined): Promise<Json> {
    return (await this.#transport.send({ method: "GET", path: `/users/${idOf(id)}${part}` }, options)).body;
  }

  async #change(id: number, verb: string, body: object | undefined, options: CallOptions | undefined): Promise<void> {
    await this.#transport.send({ method: "POST", path: `/users/${idOf(id)}/${verb}`, ...(body && { body }) }, options);
  }
}
