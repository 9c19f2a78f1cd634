import { ApiKeys } from "./api_keys.js";
import { Audit } from "./audit.js";
import { Emails } from "./emails.js";
import type { Credentials, DeviceLogin, Health, Readiness } from "./model.js";
import { type CallOptions, type ClientOptions, deviceFieldOf, type LoginOptions } from "./options.js";
import { Passwords } from "./passwords.js";
import { Sessions, Tokens } from "./sessions.js";
import { Transport } from "./transport.js";
import { Users } from "./users.js";

/**
 * The calls of the service. A call fails with GatehouseError if the service refuses it, with GatehouseUnavailable if nobody answers,
 * with the reason of its `signal` if that is aborted, and with TypeError if an argument cannot be sent.
 *
 * Calls that can safely be sent twice are repeated after a network failure and after 502, 503 and 504: those that read, check, refresh or
 * log out, and those that create users or create or rotate API keys, for which the service recognises a repetition by a key that the client
 * generates. Every call is repeated after 429. `Retry-After` says when; a call that would have to wait longer than it may take fails at
 * once. While the service is still working on an earlier request with the same key, the call asks again until its time is up.
 */
export class Client {
  readonly session: Sessions;
  readonly token: Tokens;
  readonly users: Users;
  readonly password: Passwords;
  readonly email: Emails;
  readonly audit: Audit;
  readonly apiKeys: ApiKeys;
  readonly #transport: Transport;

  constructor(options: ClientOptions) {
    this.#transport = new Transport(options);
    this.session = new Sessions(this.#transport);
    this.token = new Tokens(this.#transport);
    this.users = new Users(this.#transport);
    this.password = new Passwords(this.#transport);
    this.email = new Emails(this.#transport);
    this.audit = new Audit(this.#transport);
    this.apiKeys = new ApiKeys(this.#transport);
  }

  /**
   * Opens a session. Refusals: `invalid_credentials`, also for an unknown email, and `rate_limited`. A value that cannot be a device
   * token, such as a cookie that was tampered with, counts as `new`.
   */
  async login(credentials: Credentials, options: LoginOptions = {}): Promise<DeviceLogin> {
    const { email, password, refresh } = credentials;
    const body = refresh === undefined ? { email, password } : { email, password, refresh };
    const answer = await this.#transport.send({ method: "POST", path: "/user-auth", body, fields: deviceFieldOf(options) }, options);
    return { ...(answer.body as unknown as Omit<DeviceLogin, "deviceToken">), deviceToken: answer.headers.get("X-Device-Token") };
  }

  /** Whether the service can do its work, and if not, why. */
  async health(options?: CallOptions): Promise<Health> {
    return (await this.#transport.send({ method: "GET", path: "/health", states: true }, options)).body as unknown as Health;
  }

  /** Whether requests should be sent to the service. */
  async ready(options?: CallOptions): Promise<Readiness> {
    return (await this.#transport.send({ method: "GET", path: "/health/ready", states: true }, options)).body as unknown as Readiness;
  }
}

/** Creates a client of the service at `options.url`. It keeps no connection and no state; one for the whole program is enough. */
export function createClient(options: ClientOptions): Client {
  return new Client(options);
}
