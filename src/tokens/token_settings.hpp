#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::tokens {

/// The `typ` in the header of tokens.
enum class TokenType : std::uint8_t {
  jwt,           ///< `JWT`
  access_token,  ///< `at+jwt`: a JWT profile for OAuth 2.0 access tokens (RFC 9068)
};

/// How tokens are signed and what they say.
struct TokenSettings {
  std::vector<SecretString> secrets;  ///< JWT_SECRET; the first one signs, all of them verify
  SecretString private_key_pem;       ///< JWT_PRIVATE_KEY, PEM text (RSA, P-256 or Ed25519): signs instead of secrets
  std::chrono::seconds ttl{std::chrono::hours{1}};  ///< JWT_EXPIRES_IN
  double jitter = 0.05;  ///< JWT_JITTER: the largest fraction of ttl that is cut from tokens of clients that refresh
  std::string issuer = "gatehouse";  ///< JWT_ISSUER
  /// JWT_AUDIENCE, at least one; tokens are issued for the first unless a request names another, and accepted for each.
  std::vector<std::string> audiences{"gatehouse"};
  TokenType type = TokenType::jwt;  ///< JWT_TYPE
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<TokenSettings> token_section();

}  // namespace gatehouse::tokens
