#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "jose/jwk.hpp"
#include "signing_keys/key_ring.hpp"

namespace gatehouse::signing_keys {

inline std::vector<SecretString> secrets_of(std::initializer_list<std::string_view> texts) {
  std::vector<SecretString> secrets;
  for (const std::string_view text : texts) secrets.emplace_back(text);
  return secrets;
}

/// Rows of the table as the program would have written them, at a fixed time.
class KeyFixture : public ::testing::Test {
 protected:
  static constexpr TimePoint now{std::chrono::seconds{1'700'000'000}};

  StoredKey stored(KeyState state, jose::JwsAlgorithm algorithm = jose::JwsAlgorithm::eddsa) {
    const jose::AsymmetricKey pair = jose::generate_key(algorithm);
    const std::string kid = jose::thumbprint(pair);
    return {.kid = kid,
            .algorithm = algorithm,
            .state = state,
            .public_jwk = jose::public_jwk(pair, kid),
            .sealed_private = sealer_.seal(kid, jose::private_pem(pair), random_),
            .created_at = now,
            .current_from = std::nullopt,
            .retired_at = std::nullopt,
            .drop_at = std::nullopt};
  }

  crypto::SystemRandom random_;
  const PrivateKeySealer sealer_{secrets_of({"the secret of all, 32 bytes long"})};
};

}  // namespace gatehouse::signing_keys
