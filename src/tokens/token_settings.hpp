#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "config/setting.hpp"

namespace gatehouse::tokens {

/// How tokens are signed and what they say.
struct TokenSettings {
  std::vector<SecretString> secrets;  ///< JWT_SECRET; the first one signs, all of them verify
  SecretString private_key_pem;       ///< JWT_PRIVATE_KEY, PEM text (RSA, P-256 or Ed25519): signs instead of secrets
  std::chrono::seconds ttl{std::chrono::hours{1}};  ///< JWT_EXPIRES_IN
  double jitter = 0.05;  ///< JWT_JITTER: by which part of it a token that is refreshed lives shorter, at most
  std::string issuer = "gatehouse";    ///< JWT_ISSUER
  std::string audience = "gatehouse";  ///< JWT_AUDIENCE
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<TokenSettings> token_section();

}  // namespace gatehouse::tokens
