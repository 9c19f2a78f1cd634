#include "audit/seal_keys.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::audit {
namespace {

template <class Key>
std::shared_ptr<const Key> ed25519_key(std::string_view pem) {
  auto key = std::make_shared<const Key>(pem);
  if (key->algorithm() != jose::JwsAlgorithm::eddsa) throw std::invalid_argument("it is not an Ed25519 key");
  return key;
}

}  // namespace

std::shared_ptr<const jose::SigningKey> make_signing_key(const AuditSettings& settings) {
  if (settings.signing_key_pem.empty()) return nullptr;
  return ed25519_key<jose::PrivateKey>(settings.signing_key_pem.reveal());
}

void SealKeys::add_pem(std::string_view pem) {
  if (pem.contains("PRIVATE KEY-----")) {
    add(ed25519_key<jose::PrivateKey>(pem));
  } else {
    add(ed25519_key<jose::PublicKey>(pem));
  }
}

const jose::VerifyingKey* SealKeys::find(std::string_view key_id) const {
  const auto key = std::ranges::find(keys_, key_id, [](const auto& one) { return one->kid(); });
  return key == keys_.end() ? nullptr : key->get();
}

}  // namespace gatehouse::audit
