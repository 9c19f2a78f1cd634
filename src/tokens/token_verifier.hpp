#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
/// The claims iss, aud, sub, sid, iat and exp are required, each of its type; `aud` may be a list. `id`, `nbf` and
/// `smk` are checked if they are present; others are ignored. `typ` is JWT or at+jwt, whichever is issued, so that
/// JWT_TYPE can change while tokens are in use. Immutable; any thread; verify() uses no heap of ours for
/// tokens whose header is as the signer writes it.
class TokenVerifier {
 public:
  /// With the keys of the settings, and `more`, which are public keys; no two have the same kid. Throws
  /// std::invalid_argument as load_token_keys does.
  explicit TokenVerifier(const TokenSettings& settings,
                         std::vector<std::shared_ptr<const jose::VerifyingKey>> more = {});

  /// The claims, or the first rule the token broke. Throws std::runtime_error when OpenSSL fails.
  [[nodiscard]] std::expected<TokenClaims, TokenError> verify(std::string_view compact, TimePoint now) const;

  /// Everything in verify() that does not depend on the time: with these keys, the result is always the same.
  [[nodiscard]] std::expected<TokenClaims, TokenError> read(std::string_view compact) const;
  /// What depends on the time: the rule that the claims break at `now`, if any.
  [[nodiscard]] static std::optional<TokenError> check_times(const TokenClaims& claims, TimePoint now);

 private:
  [[nodiscard]] std::expected<jose::VerifiedJws, jose::JwsError> check_signature(std::string_view compact,
                                                                                 jose::JwsBuffer& buffer) const;

  /// Secrets and public keys have separate verifiers (RFC 8725 section 2.1); there is at least one of the two. A
  /// token's kid decides which one it is for.
  std::vector<jose::JwsVerifier> verifiers_;
  std::string issuer_;
  std::vector<std::string> audiences_;
};

}  // namespace gatehouse::tokens
