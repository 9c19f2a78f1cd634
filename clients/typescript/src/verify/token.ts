/** Takes a token apart (RFC 7515, section 7.1), without trusting anything in it. */

import { type Json, readJson } from "../answer.js";
import type { Signed } from "./algorithms.js";
import type { TokenClaims } from "./claims.js";

/** Longer than any token of the service, and shorter than the longest header field that it reads. */
const TOKEN_CHARACTERS_MAX = 8192;
/** Without bits that are not used: otherwise several texts would be the same token (RFC 4648, section 3.5). */
const BASE64URL = /^(?=.)(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;

export interface ParsedToken {
  readonly text: string;
  readonly alg: string;
  readonly kid: string;
  /** As in the header; undefined if it is missing there. */
  readonly typ: unknown;
  /** What it claims. The types of the members are not checked yet. */
  readonly claims: TokenClaims;
}

/** The parts of a token; null if the text is not a token. */
export function parsedToken(text: string): ParsedToken | null {
  if (text.length > TOKEN_CHARACTERS_MAX) return null;
  const parts = text.split(".");
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return null;
  const header = objectOf(parts[0]);
  const claims = objectOf(parts[1]);
  if (!header || !claims) return null;
  const { alg, kid, typ } = header;
  // `crit` names extensions that a reader must know (RFC 7515, section 4.1.11). This one knows none.
  if (typeof alg !== "string" || typeof kid !== "string" || "crit" in header) return null;
  return { text, alg, kid, typ, claims: claims as unknown as TokenClaims };
}

/** What was signed, and the signature; null if the signature is not base64url. */
export function signedPartOf(text: string): Signed | null {
  const end = text.lastIndexOf(".");
  const signature = bytesOf(text.slice(end + 1));
  return signature && { bytes: new TextEncoder().encode(text.slice(0, end)), signature };
}

function objectOf(part: string | undefined): Json | null {
  const bytes = bytesOf(part ?? "");
  if (!bytes) return null;
  try {
    const value = readJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return Array.isArray(value) ? null : value;
  } catch {
    return null;
  }
}

/** Null if base64url cannot have this length; the characters have been checked before. */
function bytesOf(part: string): Uint8Array<ArrayBuffer> | null {
  try {
    const binary = atob(part.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
    return bytes;
  } catch {
    return null;
  }
}
