#include "tokens/token_verifier.hpp"

#include <utility>

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

TokenVerifier::TokenVerifier(const TokenSettings& settings, std::vector<std::shared_ptr<const jose::VerifyingKey>> more)
    : issuer_(settings.issuer), audiences_(settings.audiences) {
  std::vector<std::shared_ptr<const jose::VerifyingKey>> secrets;
  for (auto& key : load_token_keys(settings).verifying) {
    auto& alike = key->algorithm() == jose::JwsAlgorithm::hs256 ? secrets : more;
    alike.push_back(std::move(key));
  }
  const jose::JwsPolicy policy{
      .type = std::string{to_text(settings.type)},
      .other_type = std::string{settings.type == TokenType::jwt ? access_token_type : token_type}};
  if (!more.empty()) verifiers_.emplace_back(std::move(more), policy);
  if (!secrets.empty()) verifiers_.emplace_back(std::move(secrets), policy);
}

std::expected<jose::VerifiedJws, jose::JwsError> TokenVerifier::check_signature(std::string_view compact,
                                                                                jose::JwsBuffer& buffer) const {
  auto jws = verifiers_.front().verify(compact, buffer);
  const bool is_of_another = !jws && jws.error() == jose::JwsError::unknown_kid && verifiers_.size() > 1;
  return is_of_another ? verifiers_.back().verify(compact, buffer) : jws;
}

std::expected<TokenClaims, TokenError> TokenVerifier::verify(std::string_view compact, TimePoint now) const {
  auto claims = read(compact);
  if (!claims) return claims;
  if (const auto error = check_times(*claims, now)) return std::unexpected(*error);
  return claims;
}

std::expected<TokenClaims, TokenError> TokenVerifier::read(std::string_view compact) const {
  jose::JwsBuffer buffer;
  const auto jws = check_signature(compact, buffer);
  if (!jws) return std::unexpected(token_error(jws.error()));

  ClaimsReader read{issuer_, audiences_};
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
