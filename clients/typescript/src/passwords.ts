/** Passwords: the rules for new ones, and how users set one. */

import type { Login, PasswordChange, PasswordJudgement, PasswordPolicy } from "./model.js";
import { type CallOptions, deviceFieldOf, type LoginOptions } from "./options.js";
import type { Transport } from "./transport.js";

export class Passwords {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The rules for new passwords. */
  async policy(options?: CallOptions): Promise<PasswordPolicy> {
    return (await this.#transport.send({ method: "GET", path: "/user-auth/password-policy" }, options)).body as unknown as PasswordPolicy;
  }

  /** Checks a new password before it is set, for forms. With `email`, the password must not be made of that address, either. */
  async check(password: string, email?: string, options?: CallOptions): Promise<PasswordJudgement> {
    const body = email === undefined ? { password } : { password, email };
    const request = { method: "POST", path: "/user-auth/check-password", body, repeatable: true } as const;
    return (await this.#transport.send(request, options)).body as unknown as PasswordJudgement;
  }

  /** Sends a mail with a link for a new password to the address. The outcome does not tell whether somebody has the address. */
  async forgot(email: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/forgot-password", body: { email } }, options);
  }

  /**
   * Sets a new password with the token from that link, and ends all sessions of the user. Refusals: `invalid_or_expired_token`, and
   * `validation_failed` for the password, after which the token can be used again.
   */
  async reset(token: string, password: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/reset-password", body: { token, password } }, options);
  }

  /**
   * Changes the password of a user who is logged in. Returns a new session, which replaces all others. Refusals: `invalid_credentials`,
   * `session_ended`, `email_not_verified`, `validation_failed`.
   */
  async change(change: PasswordChange, options: LoginOptions = {}): Promise<Login> {
    const { session, currentPassword, newPassword } = change;
    const body = { session, currentPassword, newPassword };
    const request = { method: "POST", path: "/user-auth/change-password", body, fields: deviceFieldOf(options) } as const;
    return (await this.#transport.send(request, options)).body as unknown as Login;
  }
}
