/** Keys and tokens like those of the service. */

import type { TokenAlgorithm } from "../../../src/verify/index.js";

export interface SigningKey {
  kid: string;
  alg: TokenAlgorithm;
  pair: CryptoKeyPair;
  /** The key as it is published. */
  jwk: Record<string, unknown>;
}

const generating: Record<TokenAlgorithm, RsaHashedKeyGenParams | EcKeyGenParams | { name: "Ed25519" }> = {
  RS256: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
  ES256: { name: "ECDSA", namedCurve: "P-256" },
  EdDSA: { name: "Ed25519" },
};

const signing: Record<TokenAlgorithm, AlgorithmIdentifier | EcdsaParams> = {
  RS256: "RSASSA-PKCS1-v1_5",
  ES256: { name: "ECDSA", hash: "SHA-256" },
  EdDSA: "Ed25519",
};

export async function newKey(alg: TokenAlgorithm, kid: string, changes: object = {}): Promise<SigningKey> {
  const pair = (await crypto.subtle.generateKey({ ...generating[alg], ...changes }, true, ["sign", "verify"])) as CryptoKeyPair;
  const { kty, crv, n, e, x, y } = await crypto.subtle.exportKey("jwk", pair.publicKey);
  return { kid, alg, pair, jwk: JSON.parse(JSON.stringify({ kty, crv, n, e, x, y, use: "sig", alg, kid })) as Record<string, unknown> };
}

export function encoded(value: unknown): string {
  return Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
}

/** Claims of a token that is valid for an hour. */
export function goodClaims(changes: object = {}) {
  const iat = Math.floor(Date.now() / 1000);
  return { iss: "gatehouse", aud: "gatehouse", sub: "7", id: 7, sid: "5", iat, exp: iat + 3600, jti: "unique", ...changes };
}

/** A signed token. A member that is `undefined` is left out. */
export async function signed(key: SigningKey, claims: unknown = goodClaims(), header: object = {}): Promise<string> {
  const text = `${encoded({ alg: key.alg, kid: key.kid, typ: "JWT", ...header })}.${encoded(claims)}`;
  const signature = await crypto.subtle.sign(signing[key.alg], key.pair.privateKey, Buffer.from(text));
  return `${text}.${Buffer.from(signature).toString("base64url")}`;
}
