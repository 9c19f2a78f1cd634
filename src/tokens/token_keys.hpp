#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jose/jws_key.hpp"
#include "tokens/token_settings.hpp"

namespace gatehouse::tokens {

/// The `typ` of the tokens issued here, which keeps other kinds of JWS out (RFC 8725 section 3.11).
inline constexpr std::string_view token_type = "JWT";
inline constexpr std::string_view access_token_type = "at+jwt";

[[nodiscard]] constexpr std::string_view to_text(TokenType type) {
  return type == TokenType::access_token ? access_token_type : token_type;
}

/// Keys for the issuer and for the verifier.
struct TokenKeys {
  std::shared_ptr<const jose::SigningKey> signing;  ///< never null if it comes from load_token_keys()
  std::vector<std::shared_ptr<const jose::VerifyingKey>> verifying;
  std::vector<std::string> published = {};  ///< the JWKs of those that are public
};

/// With JWT_PRIVATE_KEY, only that key signs and verifies. Otherwise each JWT_SECRET verifies and the first one signs;
/// a secret given twice counts once. Throws std::invalid_argument, naming the setting and never its value, if neither
/// is set, the PEM text holds no acceptable key, or a secret is a PEM key.
[[nodiscard]] TokenKeys load_token_keys(const TokenSettings& settings);

}  // namespace gatehouse::tokens
