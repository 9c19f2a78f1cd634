/**
 * Checks the service's tokens in your own program, with the published keys and, if you want, the service's revocations. It needs `fetch`
 * and WebCrypto and nothing else.
 *
 * Start with createTokenVerifier().
 */

export { GatehouseError, GatehouseUnavailable, isGatehouseError, isGatehouseUnavailable, type UnavailableReason } from "../errors.js";
export type { Fetch } from "../options.js";
export type { TokenAlgorithm } from "./algorithms.js";
export type { TokenClaims, TokenType } from "./claims.js";
export type { RevocationOptions, TokenVerifierOptions } from "./options.js";
export { createTokenVerifier, type TokenVerifier } from "./verifier.js";
