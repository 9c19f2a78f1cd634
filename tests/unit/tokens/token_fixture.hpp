#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "jose/hmac_key.hpp"
#include "jose/jws.hpp"
#include "tokens/token_issuer.hpp"
#include "tokens/token_keys.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::tokens {

inline constexpr std::string_view first_secret = "the first secret, of 32 bytes....";
inline constexpr std::string_view second_secret = "the second secret, of 32 bytes...";

template <class... Secrets>
tokens::TokenSettings settings_with(Secrets... secrets) {
  tokens::TokenSettings settings;
  (settings.secrets.emplace_back(secrets), ...);
  return settings;
}

inline tokens::TokenSettings settings_with_key(std::string_view private_key_pem) {
  tokens::TokenSettings settings = settings_with(first_secret);
  settings.private_key_pem = SecretString{private_key_pem};
  return settings;
}

/// An issuer and a verifier of the same settings, at a fixed time, and a signer for claims made by hand.
class TokenFixture : public ::testing::Test {
 protected:
  static constexpr SessionMark mark{.bytes = {1, 2, 3, 4, 5, 6, 7, 8}};
  static constexpr TimePoint now{std::chrono::seconds{1'700'000'000}};

  [[nodiscard]] std::optional<TokenError> refusal(std::string_view compact, TimePoint time = now) const {
    const auto claims = verifier_.verify(compact, time);
    return claims ? std::nullopt : std::optional{claims.error()};
  }
  [[nodiscard]] std::optional<TokenError> refusal_of_claims(std::string_view json) const {
    return refusal(signer_.sign(json));
  }

  crypto::SystemRandom random_;
  tokens::TokenSettings settings_ = settings_with(first_secret);
  TokenIssuer issuer_{settings_, random_};
  TokenVerifier verifier_{settings_};
  jose::JwsSigner signer_{load_token_keys(settings_).signing, token_type};
};

}  // namespace gatehouse::tokens
