#pragma once

#include "api/jwks_document.hpp"
#include "crypto/random.hpp"
#include "service/settings.hpp"
#include "signing_keys/key_ring.hpp"
#include "tokens/token_issuer.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::service {

/// What issues tokens, verifies them and publishes their keys at a given time: the keys of the settings and those of
/// the table, whose current key signs. A running service gets another one when either has changed; each io thread
/// switches to it by itself. Immutable, any thread.
struct TokenRing {
  /// `random` outlives it, the others need not. Throws std::invalid_argument, with the name of the setting, if a key
  /// cannot be used.
  TokenRing(const Settings& settings, const signing_keys::KeyRing& table, crypto::Random& random);

  const tokens::TokenIssuer issuer;
  const tokens::TokenVerifier verifier;
  const api::JwksDocument jwks;
};

}  // namespace gatehouse::service
