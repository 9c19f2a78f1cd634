#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "jose/jws.hpp"
#include "tokens/token_claims.hpp"
#include "tokens/token_error.hpp"
#include "tokens/token_settings.hpp"

namespace gatehouse::tokens {

/// How far `iat` and `nbf` may lie ahead, for clocks that differ. There is no such grace for `exp`.
inline constexpr std::chrono::seconds clock_leeway{60};

/// Checks the tokens TokenIssuer issues (RFC 7519 section 7.2, RFC 8725): header, signature, then every claim.
///
/// Required are iss, aud, sub, sid, iat and exp, each of its type; `aud` may be a list; `id` and `nbf` are checked
/// where they are there, and so is `smk`; others are ignored. Immutable; any thread; verify() uses no heap of ours.
class TokenVerifier {
 public:
  /// Throws std::invalid_argument as load_token_keys does.
  explicit TokenVerifier(const TokenSettings& settings);

  /// The claims, or the first rule the token broke. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::expected<TokenClaims, TokenError> verify(std::string_view compact, TimePoint now) const;

  /// Everything in verify() that does not depend on the time: what is true once stays true for these keys.
  [[nodiscard]] std::expected<TokenClaims, TokenError> read(std::string_view compact) const;
  /// What depends on the time: the rule that the claims break at `now`, if any.
  [[nodiscard]] static std::optional<TokenError> check_times(const TokenClaims& claims, TimePoint now);

 private:
  jose::JwsVerifier verifier_;
  std::string issuer_;
  std::string audience_;
};

}  // namespace gatehouse::tokens
