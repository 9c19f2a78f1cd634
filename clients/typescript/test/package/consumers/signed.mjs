// A token as the service signs it, and the keys as it publishes them.
const base64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const part = (value) => base64url(new TextEncoder().encode(JSON.stringify(value)));

const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
const iat = Math.floor(Date.now() / 1000);
const signed = `${part({ alg: "ES256", kid: "k", typ: "JWT" })}.${part({ iss: "gatehouse", aud: "app", sub: "7", iat, exp: iat + 60 })}`;
const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(signed));

export const token = `${signed}.${base64url(signature)}`;
export const keys = { keys: [{ ...(await crypto.subtle.exportKey("jwk", pair.publicKey)), kid: "k" }] };
