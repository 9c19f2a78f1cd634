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
   * Creates a key. Its secret is returned only once. Refusals: `missing_scope` if the key may do what this client's key may not,
   * `validation_failed`, `too_many_api_keys`.
   */
  async create(key: NewApiKey, options?: CallOptions): Promise<IssuedKey> {
    const { name, scopes, tellsClient, expiresIn } = key;
    const body = { name, scopes, ...(tellsClient !== undefined && { tellsClient }), ...(expiresIn !== undefined && { expiresIn }) };
    return (await this.#transport.send({ method: "POST", path: "/api-keys", body, ...onceOnly() }, options)).body as unknown as IssuedKey;
  }

  /** All keys, oldest first; at most about 1,000. */
  async list(options?: CallOptions): Promise<ApiKey[]> {
    return (await this.#transport.send({ method: "GET", path: "/api-keys" }, options)).body["apiKeys"] as ApiKey[];
  }

  /** Reads a key. Refusal: `api_key_not_found`. */
  async get(id: string, options?: CallOptions): Promise<ApiKey> {
    return (await this.#transport.send({ method: "GET", path: `/api-keys/${publicIdOf(id)}` }, options)).body["apiKey"] as ApiKey;
  }

  /**
   * Returns a new secret. The previous one stays valid for `graceSeconds`, by default a day. Refusals: `missing_scope` as for create(),
   * `api_key_not_found`, `api_key_expired`.
   */
  async rotate(id: string, graceSeconds?: number, options?: CallOptions): Promise<IssuedKey> {
    const path = `/api-keys/${publicIdOf(id)}/rotate`;
    const body = graceSeconds === undefined ? {} : { body: { graceSeconds } };
    return (await this.#transport.send({ method: "POST", path, ...body, ...onceOnly() }, options)).body as unknown as IssuedKey;
  }

  /** Revokes a key at once, on every replica. Refusal: `api_key_not_found`. */
  async revoke(id: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "DELETE", path: `/api-keys/${publicIdOf(id)}` }, options);
  }
}
