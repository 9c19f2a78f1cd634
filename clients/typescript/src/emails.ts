/** Email addresses: proving that somebody reads what is sent there, and changing them. */

import type { EmailChange, ProvenEmail } from "./model.js";
import { type CallOptions, deviceFieldOf, type LoginOptions } from "./options.js";
import { hasUserId, orNull } from "./sessions.js";
import type { Transport } from "./transport.js";

export class Emails {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The user whose address the token from a mail proves; null if the token is unknown, used or too old. */
  verify(token: string, options?: CallOptions): Promise<ProvenEmail | null> {
    return orNull(this.#redeem("/user-auth/verify-email", token, options), ["invalid_or_expired_token"]);
  }

  /** Sends the verification mail again. The outcome does not tell whether somebody has the address. */
  async resend(email: string, options?: CallOptions): Promise<void> {
    await this.#transport.send({ method: "POST", path: "/user-auth/resend-verification", body: { email } }, options);
  }

  /**
   * Sends a mail to the new address; confirm() with its token changes to that address. Refusals: `invalid_credentials`, `session_ended`.
   * The outcome is the same if somebody else has the address.
   */
  async change(change: EmailChange, options: LoginOptions = {}): Promise<void> {
    const { session, password, email } = change;
    const body = { session, password, email };
    await this.#transport.send({ method: "POST", path: "/user-auth/change-email", body, fields: deviceFieldOf(options) }, options);
  }

  /** Changes to the new address. Refusals: `invalid_or_expired_token`; `email_taken` if somebody has taken the address meanwhile. */
  async confirm(token: string, options?: CallOptions): Promise<ProvenEmail> {
    return (await this.#redeem("/user-auth/confirm-email", token, options)).body;
  }

  async #redeem(path: string, token: string, options: CallOptions | undefined): Promise<{ body: ProvenEmail }> {
    const { body } = await this.#transport.send({ method: "POST", path, body: { token }, fits: hasUserId }, options);
    return { body: { userId: body["userId"] as number } };
  }
}
