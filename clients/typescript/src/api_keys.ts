/** Keys with which programs call the service. */

import type { ApiKey, IssuedKey, NewApiKey } from "./model.js";
import { type CallOptions, onceOnly } from "./options.js";
import { publicIdOf } from "./paths.js";
import type { Transport } from "./transport.js";

export class ApiKeys {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes a key; its secret is told once. Refusals: `missing_scope` where it may do what this client's key may not, `validation_failed`,
   * `too_many_api_keys`.
   */
  async create(key: NewApiKey, options?: CallOptions): Promise<IssuedKey> {
    const { name, scopes, tellsClient, expiresIn } = key;
    const body = { name, scopes, ...(tellsClient !== undefined && { tellsClient }), ...(expiresIn !== undefined && { expiresIn }) };
    return (await this.#transport.send({ method: "POST", path: "/api-keys", body, ...onceOnly() }, options)).body as unknown as IssuedKey;
  }

  /** All of them, oldest first; at most some 1,000. */
  async list(options?: CallOptions): Promise<ApiKey[]> {
    return (await this.#transport.send({ method: "GET", path: "/api-keys" }, options)).body["apiKeys"] as ApiKey[];
  }

  /** Refusal: `api_key_not_found`. */
  async get(id: string, options?: CallOptions): Promise<ApiKey> {
    return (await this.#transport.send({ method: "GET", path: `/api-keys/${publicIdOf(id)}` }, options)).body["apiKey"] as ApiKey;
  }

  /**
   * A new secret. The previous one stays valid for `graceSeconds`, which is a day if it is not given. Refusals: `missing_scope` as with
   * create(), `api_key_not_found`, `api_key_expired`.
   */
  async rotate(id: string, graceSeconds?: number, options?: CallOptions): Promise<IssuedKey> {
    const path = `/api-keys/${publicIdOf(id)}/rotate`;
    const body = graceSeconds === undefined ? {} : { body: { graceSeconds } };
    return (await this.#transport.send({ method: "POST", path, ...body, ...onceOnly() }, options)).body as unknown as IssuedKey;
  }

  /** Ends a key at once, on every replica. Refusal: `api_key_not_found`. */
  async revoke(id: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: `/api-keys/${publicIdOf(id)}` }, options);
  }
}
