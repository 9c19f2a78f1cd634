#pragma once

#include <expected>
#include <string_view>

#include "base/time.hpp"
#include "crypto/opened_values.hpp"
#include "crypto/random.hpp"
#include "tokens/token_claims.hpp"
#include "tokens/token_error.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::tokens {

/// Verifies tokens as its TokenVerifier does and remembers the claims of those it found valid, so that a token that
/// comes with every request of a page costs one signature check. Times are checked each time. One per io thread.
class RememberingVerifier {
 public:
  /// A token with our claims and RS256 of 2,048 bits takes some 750 bytes; one longer than this is verified each time.
  static constexpr std::size_t token_bytes_max = 1024;

  /// `verifier` outlives it; `random` provides the key of the hash that finds places.
  RememberingVerifier(const TokenVerifier& verifier, crypto::Random& random) : verifier_(&verifier), known_(random) {}

  /// Replaces the verifier, and forgets what the previous one found valid.
  void use(const TokenVerifier& verifier) {
    verifier_ = &verifier;
    known_.forget();
  }

  /// As TokenVerifier::verify().
  [[nodiscard]] std::expected<TokenClaims, TokenError> verify(std::string_view compact, TimePoint now) {
    if (const TokenClaims* claims = known_.find(compact)) return at(*claims, now);
    const auto claims = verifier_->read(compact);
    if (!claims) return claims;
    known_.remember(compact, *claims);
    return at(*claims, now);
  }

 private:
  static std::expected<TokenClaims, TokenError> at(const TokenClaims& claims, TimePoint now) {
    if (const auto error = TokenVerifier::check_times(claims, now)) return std::unexpected(*error);
    return claims;
  }

  const TokenVerifier* verifier_;
  crypto::OpenedValues<TokenClaims, token_bytes_max> known_;
};

}  // namespace gatehouse::tokens
