#include "signing_keys/private_key_sealer.hpp"

#include <cassert>
#include <cstring>

#include "crypto/kdf.hpp"

namespace gatehouse::signing_keys {
namespace {

constexpr char version = 1;

std::string_view view(std::span<const char> bytes) { return {bytes.data(), bytes.size()}; }

/// What the bytes are bound to besides their key.
std::string associated_with(std::string_view prefix, std::string_view kid) { return std::string{prefix}.append(kid); }

}  // namespace

PrivateKeySealer::PrivateKeySealer(std::span<const SecretString> secrets) {
  assert(!secrets.empty());
  keys_.reserve(secrets.size());
  for (const SecretString& secret : secrets) keys_.push_back(derive(secret));
}

PrivateKeySealer::Key PrivateKeySealer::derive(const SecretString& secret) {
  crypto::Aead::Key key;
  crypto::derive_key(secret.reveal(), "signing-keys", key);
  std::array<std::byte, key_id_bytes> key_id;
  crypto::derive_key(secret.reveal(), "signing-keys key id", key_id);

  Key derived{.prefix = {version}, .aead = std::make_unique<crypto::Aead>(key)};
  std::memcpy(derived.prefix.data() + 1, key_id.data(), key_id.size());
  wipe_memory(key.data(), key.size());
  return derived;
}

std::string PrivateKeySealer::seal(std::string_view kid, const SecretString& pem, crypto::Random& random) const {
  const Key& key = keys_.front();
  std::string sealed{view(key.prefix)};
  sealed.resize(key.prefix.size() + crypto::Aead::overhead_bytes + pem.size());
  key.aead->seal(pem.reveal(), associated_with(view(key.prefix), kid), random, sealed.data() + key.prefix.size());
  return sealed;
}

std::optional<SecretString> PrivateKeySealer::open(std::string_view kid, std::string_view sealed) const {
  if (sealed.size() < sizeof(Prefix) + crypto::Aead::overhead_bytes) return std::nullopt;
  const std::string_view prefix = sealed.substr(0, sizeof(Prefix));
  for (const Key& key : keys_) {
    if (view(key.prefix) != prefix) continue;
    std::string pem(sealed.size() - sizeof(Prefix) - crypto::Aead::overhead_bytes, '\0');
    const bool is_ours = key.aead->open(sealed.substr(sizeof(Prefix)), associated_with(prefix, kid), pem.data());
    std::optional<SecretString> opened;
    if (is_ours) opened.emplace(pem);
    wipe_memory(pem.data(), pem.size());
    if (is_ours) return opened;
  }
  return std::nullopt;
}

}  // namespace gatehouse::signing_keys
