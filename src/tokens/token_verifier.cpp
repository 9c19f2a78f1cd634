#include "tokens/token_verifier.hpp"

#include "tokens/claims_reader.hpp"
#include "tokens/token_keys.hpp"

namespace gatehouse::tokens {
namespace {

TokenError token_error(jose::JwsError error) {
  switch (error) {
    case jose::JwsError::too_long:
    case jose::JwsError::not_compact:
    case jose::JwsError::bad_encoding:
    case jose::JwsError::bad_header:
    case jose::JwsError::refused_parameter:
      return TokenError::malformed;
    case jose::JwsError::wrong_type:
      return TokenError::wrong_type;
    case jose::JwsError::missing_kid:
    case jose::JwsError::unknown_kid:
      return TokenError::unknown_key;
    case jose::JwsError::wrong_algorithm:
      return TokenError::wrong_algorithm;
    case jose::JwsError::bad_signature:
      return TokenError::bad_signature;
  }
  return TokenError::malformed;
}

}  // namespace

TokenVerifier::TokenVerifier(const TokenSettings& settings)
    : verifier_(load_token_keys(settings).verifying, {.type = std::string{token_type}, .kid_required = true}),
      issuer_(settings.issuer),
      audience_(settings.audience) {}

std::expected<TokenClaims, TokenError> TokenVerifier::verify(std::string_view compact, TimePoint now) const {
  auto claims = read(compact);
  if (!claims) return claims;
  if (const auto error = check_times(*claims, now)) return std::unexpected(*error);
  return claims;
}

std::expected<TokenClaims, TokenError> TokenVerifier::read(std::string_view compact) const {
  jose::JwsBuffer buffer;
  const auto jws = verifier_.verify(compact, buffer);
  if (!jws) return std::unexpected(token_error(jws.error()));

  ClaimsReader read{issuer_, audience_};
  if (!read.from_json(jws->payload())) return std::unexpected(TokenError::invalid_claims);
  if (!read.issuer_matches()) return std::unexpected(TokenError::wrong_issuer);
  if (!read.audience_matches()) return std::unexpected(TokenError::wrong_audience);

  TokenClaims claims;
  claims.user = read.user();
  claims.session = read.session();
  claims.mark = read.mark();
  claims.issued_at = read.issued_at();
  claims.valid_from = read.valid_from();
  claims.expires_at = read.expires_at();
  return claims;
}

std::optional<TokenError> TokenVerifier::check_times(const TokenClaims& claims, TimePoint now) {
  if (claims.expires_at <= now) return TokenError::expired;
  if (claims.valid_from > now + clock_leeway) return TokenError::issued_in_future;
  return std::nullopt;
}

}  // namespace gatehouse::tokens
