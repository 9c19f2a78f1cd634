/**
 * What the revocation feed says. Anything that is not understood is refused, including an unknown kind of revocation: ignoring it would
 * mean accepting what the service refuses.
 */

import { type Json, readJson } from "../answer.js";
import { VISIBLE } from "../options.js";
import { type Revocation, type RevocationKind, revocationKinds } from "./revocation_set.js";

export interface News {
  /** The position after which the next news comes. */
  cursor: string;
  /** A time by the service's clock: everything that was revoked before it is known with this news. */
  asOfMs: number;
  revocations: Revocation[];
}

/**
 * The most revocations that the service sends at once. If there are this many, more may be missing, and `asOf` is no later than the last
 * of them: such a part may be far older than the request for it.
 */
export const NEWS_MAX = 1000;

/** The format in which the service writes times. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const CURSOR_CHARACTERS_MAX = 2048;
const ID_CHARACTERS_MAX = 1024;
const NUMBER = /^\d{1,20}$/;

/** A text that is not what the feed sends. */
export class NotUnderstood extends Error {
  override readonly name = "NotUnderstood";
}

/** The data of an event `revocations`. */
export function newsOf(data: string): News {
  const json = readJson(data);
  const listed = json?.["revocations"];
  if (!json || !Array.isArray(listed)) throw new NotUnderstood("These are no revocations");
  return { ...positionOf(json), revocations: (listed as unknown[]).map(revocationOf) };
}

/** The members beside the revocations. */
export function positionOf(json: Json | null): Omit<News, "revocations"> {
  const cursor = json?.["cursor"];
  if (typeof cursor !== "string" || cursor.length > CURSOR_CHARACTERS_MAX || !VISIBLE.test(cursor)) throw new NotUnderstood("This is no cursor");
  return { cursor, asOfMs: timeOf(json?.["asOf"]) };
}

/** The data of an event `as-of`. */
export function asOfMsOf(data: string): number {
  return timeOf(readJson(data)?.["asOf"]);
}

export function revocationOf(json: unknown): Revocation {
  const { kind, id, until } = (json ?? {}) as Partial<Record<"kind" | "id" | "until", unknown>>;
  const known = revocationKinds.find((name) => name === kind);
  if (!known) throw new NotUnderstood("This kind of revocation is not known");
  return { kind: known, id: idOf(known, id), untilMs: timeOf(until) };
}

/** A number that JSON.parse() cannot represent exactly would name somebody else. */
function idOf(kind: RevocationKind, id: unknown): string {
  const text = Number.isSafeInteger(id) ? String(id) : id;
  const fits = typeof text === "string" && (kind === "signing_key" ? text === id && text !== "" && text.length <= ID_CHARACTERS_MAX : NUMBER.test(text));
  if (!fits) throw new NotUnderstood("This is no id");
  return text;
}

function timeOf(value: unknown): number {
  const ms = typeof value === "string" && TIME.test(value) ? Date.parse(value) : NaN;
  if (Number.isNaN(ms)) throw new NotUnderstood("This is no time");
  return ms;
}
