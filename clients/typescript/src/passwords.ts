/** Passwords: rules for new ones, and how users get one. */

import type { Login, PasswordChange, PasswordJudgement, PasswordPolicy } from "./model.js";
import { type CallOptions, deviceFieldOf, type LoginOptions } from "./options.js";
import type { Transport } from "./transport.js";

export class Passwords {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** What a new password must be like. */
  async policy(options?: CallOptions): Promise<PasswordPolicy> {
    return (await this.#transport.send({ method: "GET", path: "/user-auth/password-policy" }, options)).body as unknown as PasswordPolicy;
  }

  /** Tries a new password before it is set, for forms. With `email` it must not be made of that, either. */
  async check(password: string, email?: string, options?: CallOptions): Promise<PasswordJudgement> {
    const body = email === undefined ? { password } : { password, email };
    const request = { method: "POST", path: "/user-auth/check-password", body, repeatable: true } as const;
    return (await this.#transport.send(request, options)).body as unknown as PasswordJudgement;
  }

  /** Sends a mail with a link to that address. Whether somebody has it cannot be told from the outcome. */
  async forgot(email: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/forgot-password", body: { email } }, options);
  }

  /**
   * Sets a new password with the token of that link, and ends all sessions of the user. Refusals: `invalid_or_expired_token`, and
   * `validation_failed` for the password; then the token can be used again.
   */
  async reset(token: string, password: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/reset-password", body: { token, password } }, options);
  }

  /**
   * Changes the password of somebody who is logged in: a new session, in place of all others. Refusals: `invalid_credentials`,
   * `session_ended`, `email_not_verified`, `validation_failed`.
   */
  async change(change: PasswordChange, options: LoginOptions = {}): Promise<Login> {
    const { session, currentPassword, newPassword } = change;
    const body = { session, currentPassword, newPassword };
    const request = { method: "POST", path: "/user-auth/change-password", body, fields: deviceFieldOf(options) } as const;
    return (await this.#transport.send(request, options)).body as unknown as Login;
  }
}
