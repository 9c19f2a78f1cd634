#include "signing_keys/key_ring.hpp"

#include <stdexcept>

#include "jose/asymmetric_key.hpp"
#include "jose/jwk.hpp"

namespace gatehouse::signing_keys {
namespace {

bool is_known(const StoredKey& key, TimePoint now) {
  return key.state != KeyState::revoked && (!key.drop_at || *key.drop_at > now);
}

/// Null if the row holds no public key of its algorithm.
std::shared_ptr<const jose::VerifyingKey> public_half(const StoredKey& key) {
  try {
    auto read = std::make_shared<const jose::PublicKey>(jose::read_public_jwk(key.public_jwk), key.kid);
    return read->algorithm() == key.algorithm ? read : nullptr;
  } catch (const std::invalid_argument&) {
    return nullptr;
  }
}

/// Null if no secret opens it, or if it does not belong to this row.
std::shared_ptr<const jose::SigningKey> private_half(const StoredKey& key, const PrivateKeySealer& sealer) {
  if (!key.sealed_private) return nullptr;
  const auto pem = sealer.open(key.kid, *key.sealed_private);
  if (!pem) return nullptr;
  try {
    auto read = std::make_shared<const jose::PrivateKey>(pem->reveal(), key.kid);
    return jose::thumbprint(read->pair()) == key.kid ? read : nullptr;
  } catch (const std::invalid_argument&) {
    return nullptr;
  }
}

void add(KeyRing& ring, const StoredKey& key, const PrivateKeySealer& sealer) {
  auto verifying = public_half(key);
  if (!verifying) return ring.unreadable.push_back(key.kid);
  ring.verifying.push_back(std::move(verifying));
  ring.published.push_back(key.public_jwk);
  if (key.state != KeyState::current) return;
  ring.signing = private_half(key, sealer);
  if (!ring.signing) ring.unreadable.push_back(key.kid);
}

}  // namespace

KeyRing make_key_ring(std::span<const StoredKey> keys, const PrivateKeySealer& sealer, TimePoint now) {
  KeyRing ring;
  for (const StoredKey& key : keys) {
    if (is_known(key, now)) add(ring, key, sealer);
  }
  return ring;
}

}  // namespace gatehouse::signing_keys
