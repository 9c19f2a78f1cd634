#include "crypto/sealing_keys.hpp"

#include <cassert>
#include <cstring>

#include "crypto/kdf.hpp"

namespace gatehouse::crypto {
namespace {

template <std::size_t size>
std::string_view view(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

SealingKeys::SealingKeys(const SealKind& kind, std::span<const SecretString> secrets) {
  assert(!secrets.empty());
  keys_.reserve(secrets.size());
  for (const SecretString& secret : secrets) keys_.push_back(derive(kind, secret));
}

SealingKeys::Key SealingKeys::derive(const SealKind& kind, const SecretString& secret) {
  Aead::Key key;
  derive_key(secret.reveal(), kind.key_purpose, key);
  std::array<std::byte, key_id_bytes> key_id;
  derive_key(secret.reveal(), kind.key_id_purpose, key_id);

  Key derived{.prefix = {kind.first_byte}, .aead = std::make_unique<Aead>(key)};
  std::memcpy(derived.prefix.data() + 1, key_id.data(), key_id.size());
  wipe_memory(key.data(), key.size());
  return derived;
}

void SealingKeys::seal(std::string_view plain, Random& random, char* out) const {
  const Key& key = keys_.front();
  std::memcpy(out, key.prefix.data(), key.prefix.size());
  key.aead->seal(plain, view(key.prefix), random, out + key.prefix.size());
}

bool SealingKeys::open(std::string_view sealed, char* out) const {
  assert(sealed.size() >= overhead_bytes);
  const std::string_view prefix = sealed.substr(0, sizeof(Prefix));
  for (const Key& key : keys_) {
    if (view(key.prefix) != prefix) continue;
    if (key.aead->open(sealed.substr(sizeof(Prefix)), prefix, out)) return true;
  }
  return false;
}

}  // namespace gatehouse::crypto
