/**
 * The three signature algorithms of the service's keys (RFC 7518, RFC 8037). Each key has one of them, whatever a token says (RFC 8725,
 * section 3.1). Secrets, as for HS256, are never published, so a verifier accepts none.
 */

import type { Json } from "../answer.js";

export type TokenAlgorithm = "RS256" | "ES256" | "EdDSA";

interface Scheme {
  /** What the JWK of such a key has: these values, and these members. */
  kty: string;
  crv?: string;
  members: readonly string[];
  importing: AlgorithmIdentifier | RsaHashedImportParams | EcKeyImportParams;
  verifying: AlgorithmIdentifier | EcdsaParams;
}

const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };

const schemes: Readonly<Record<TokenAlgorithm, Scheme>> = {
  RS256: { kty: "RSA", members: ["n", "e"], importing: rsa, verifying: rsa },
  ES256: {
    kty: "EC",
    crv: "P-256",
    members: ["x", "y"],
    importing: { name: "ECDSA", namedCurve: "P-256" },
    verifying: { name: "ECDSA", hash: "SHA-256" },
  },
  EdDSA: { kty: "OKP", crv: "Ed25519", members: ["x"], importing: { name: "Ed25519" }, verifying: { name: "Ed25519" } },
};

export const allAlgorithms = Object.keys(schemes) as readonly TokenAlgorithm[];

/** RFC 7518, section 3.3, allows no shorter keys. */
const RSA_BITS_MIN = 2048;

/** The one algorithm of a key; null for a key that is not for checking tokens. */
export function algorithmOf(jwk: Json): TokenAlgorithm | null {
  const { use, key_ops: operations, alg } = jwk;
  if (use !== undefined && use !== "sig") return null;
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify"))) return null;
  const found = allAlgorithms.find((name) => schemes[name].kty === jwk["kty"] && schemes[name].crv === jwk["crv"]);
  if (found === undefined || (alg !== undefined && alg !== found)) return null;
  return schemes[found].members.every((name) => typeof jwk[name] === "string") ? found : null;
}

/** The part of a key that is needed to check signatures. A private half that somebody published by mistake is left out. */
export function publicPartOf(jwk: Json, algorithm: TokenAlgorithm): JsonWebKey {
  const { kty, crv, members } = schemes[algorithm];
  return { kty, ...(crv !== undefined && { crv }), ...Object.fromEntries(members.map((name) => [name, jwk[name]])) };
}

/** Rejects if the key is broken or the runtime does not support its algorithm. */
export async function importedKey(part: JsonWebKey, algorithm: TokenAlgorithm): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("jwk", part, schemes[algorithm].importing, false, ["verify"]);
  if (algorithm === "RS256" && (key.algorithm as RsaKeyAlgorithm).modulusLength < RSA_BITS_MIN) throw new TypeError("The RSA key is too short");
  return key;
}

export interface Signed {
  bytes: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

export function isSignedBy(key: CryptoKey, algorithm: TokenAlgorithm, signed: Signed): Promise<boolean> {
  return crypto.subtle.verify(schemes[algorithm].verifying, key, signed.signature, signed.bytes);
}
