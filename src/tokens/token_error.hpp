#pragma once

namespace gatehouse::tokens {

/// Why a token was refused. Callers outside see one answer for all; the values serve logs, metrics and tests.
enum class TokenError {
  malformed,         ///< no well-formed compact JWS, or a header parameter that is never obeyed
  wrong_type,        ///< `typ` is not JWT
  unknown_key,       ///< no `kid`, or not one of ours
  wrong_algorithm,   ///< `alg` is not the key's own
  bad_signature,     ///< not signed by us
  invalid_claims,    ///< a claim is missing, duplicate, ill-typed or contradicts another
  wrong_issuer,      ///< `iss` is not ours
  wrong_audience,    ///< `aud` does not name us
  expired,           ///< `exp` has been reached
  issued_in_future,  ///< `iat` or `nbf` is later than the clocks' leeway allows
};

}  // namespace gatehouse::tokens
