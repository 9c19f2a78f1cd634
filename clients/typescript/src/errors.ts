/**
 * The two ways in which a call fails: the service refused it, or could not be asked. Neither error shows a password, a
 * session, a token or the API key.
 */

/** What is wrong with one field of a request. */
export interface FieldProblem {
  readonly field: string;
  /** For people, to be shown after the field's name. */
  readonly message: string;
  /** For programs. The API description lists the codes, and new ones may be added. */
  readonly code: string;
}

export interface GatehouseErrorInit {
  status: number;
  code: string;
  message: string;
  requestId: string | null;
  details: readonly FieldProblem[];
  retryAfter: number | null;
  resetToken?: string | null;
}

/** The code of an answer that is not the service's own, such as a gateway's error page. */
export const UNEXPECTED_ANSWER = "unexpected_answer";

/** The service, or a gateway in front of it, answered and did not do what was asked. */
export class GatehouseError extends Error {
  override readonly name = "GatehouseError";
  /** The HTTP status. */
  readonly status: number;
  /** Why, for programs: `rate_limited`, `email_taken`, …; `unexpected_answer` if the answer is not the service's own. */
  readonly code: string;
  /** Identifies the request in the service's log. */
  readonly requestId: string | null;
  /** The fields at fault; often empty. */
  readonly details: readonly FieldProblem[];
  /** Seconds after which it is worth trying again. */
  readonly retryAfter: number | null;
  // Private, so that printing the error does not print it.
  readonly #resetToken: string | null;

  constructor(init: GatehouseErrorInit) {
    super(init.message);
    this.status = init.status;
    this.code = init.code;
    this.requestId = init.requestId;
    this.details = init.details;
    this.retryAfter = init.retryAfter;
    this.#resetToken = init.resetToken ?? null;
  }

  /** With `password_change_required`, which follows a correct password: the token for `password.reset()`. */
  get resetToken(): string | null {
    return this.#resetToken;
  }
}

/**
 * Why there is no answer: the network failed, or the time was up. Only a token verifier has the other reasons: what it knows about
 * revocations is too old, its settings are at fault, or it was closed.
 */
export type UnavailableReason = "network" | "timeout" | "stale" | "configuration" | "closed";

/** Nobody answered: the network failed (`cause` says how), or the time was up. The request may still have been carried out. */
export class GatehouseUnavailable extends Error {
  override readonly name = "GatehouseUnavailable";
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, message: string, cause?: unknown) {
    super(message, { cause });
    this.reason = reason;
  }
}

/**
 * Whether the error is a GatehouseError, and has this `code` if one is given. Unlike `instanceof`, it also recognises errors of another
 * copy of this package: an application may have loaded the package both as a module and by `require`.
 */
export function isGatehouseError(error: unknown, code?: string): error is GatehouseError {
  return error instanceof Error && error.name === "GatehouseError" && (code === undefined || ("code" in error && error.code === code));
}

/** Whether the error is a GatehouseUnavailable, of this or another copy of this package. */
export function isGatehouseUnavailable(error: unknown): error is GatehouseUnavailable {
  return error instanceof Error && error.name === "GatehouseUnavailable";
}
