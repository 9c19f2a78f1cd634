/** What server actions read from a form, and what they return to it. */

import { GatehouseError, isGatehouseError, isGatehouseUnavailable } from "../errors.js";

/** Why a form was refused. For `useActionState`, whose first state is null. */
export interface FormRefusal {
  /** The service's code; `unavailable` if nobody answered, `foreign_form` for a form that another site sent. */
  code: string;
  /** For people, in English. */
  message: string;
  /** What is wrong with individual fields, by field name. */
  fields: Record<string, string>;
  /** Seconds after which it is worth trying again. */
  retryAfter: number | null;
}

/** An action gets the form alone, or after the state of `useActionState`. */
export type ActionArguments = [form: FormData] | [previous: FormRefusal | null, form: FormData];

export function formOf(args: ActionArguments): FormData {
  return args.length === 1 ? args[0] : args[1];
}

/** The value of a text field in the form; empty if there is none. */
export function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value : "";
}

export const foreignForm: FormRefusal = { code: "foreign_form", message: "This form was not sent from this site", fields: {}, retryAfter: null };

/** What to tell the user about a failure. A failure that the user can do nothing about is thrown again. */
export function refusalOf(error: unknown): FormRefusal {
  if (isGatehouseUnavailable(error)) return { code: "unavailable", message: "Service temporarily unavailable", fields: {}, retryAfter: null };
  if (!isGatehouseError(error) || !isForPeople(error)) throw error;
  const fields = Object.fromEntries(error.details.map(({ field, message }) => [field, message]));
  return { code: error.code, message: error.message, fields, retryAfter: error.retryAfter };
}

/** Whether to tell the user. A refused API key, a missing scope and a broken service or gateway are for the operator. */
function isForPeople({ status, code }: GatehouseError): boolean {
  return [400, 401, 403, 404, 409, 429, 503].includes(status) && !/_api_key$|^missing_scope$|^invalid_client_address$|^unexpected_answer$/.test(code);
}
