#include "tokens/token_verifier.hpp"

#include "tokens/claims_reader.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::tokens {
namespace {

TokenError token_error(crypto::JwsError error) {
  switch (error) {
    case crypto::JwsError::too_long:
    case crypto::JwsError::not_compact:
    case crypto::JwsError::bad_encoding:
    case crypto::JwsError::bad_header:
    case crypto::JwsError::refused_parameter:
      return TokenError::malformed;
    case crypto::JwsError::wrong_type:
      return TokenError::wrong_type;
    case crypto::JwsError::missing_kid:
    case crypto::JwsError::unknown_kid:
      return TokenError::unknown_key;
    case crypto::JwsError::wrong_algorithm:
      return TokenError::wrong_algorithm;
    case crypto::JwsError::bad_signature:
      return TokenError::bad_signature;
  }
  return TokenError::malformed;
}

}  // namespace

TokenVerifier::TokenVerifier(const config::TokenSettings& settings)
    : verifier_(load_token_keys(settings).verifying, {.type = std::string{token_type}, .kid_required = true}),
      issuer_(settings.issuer),
      audience_(settings.audience) {}

std::expected<TokenClaims, TokenError> TokenVerifier::verify(std::string_view compact, TimePoint now) const {
  crypto::JwsBuffer buffer;
  const auto jws = verifier_.verify(compact, buffer);
  if (!jws) return std::unexpected(token_error(jws.error()));

  ClaimsReader read{issuer_, audience_};
  if (!read.from_json(jws->payload())) return std::unexpected(TokenError::invalid_claims);
  if (!read.issuer_matches()) return std::unexpected(TokenError::wrong_issuer);
  if (!read.audience_matches()) return std::unexpected(TokenError::wrong_audience);
  if (read.expires_at() <= now) return std::unexpected(TokenError::expired);
  if (read.valid_from() > now + clock_leeway) return std::unexpected(TokenError::issued_in_future);

  TokenClaims claims;
  claims.user = read.user();
  claims.session = read.session();
  claims.issued_at = read.issued_at();
  claims.expires_at = read.expires_at();
  return claims;
}

}  // namespace gatehouse::tokens
