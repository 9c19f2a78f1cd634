#include "crypto/sealing_keys.hpp"

#include <cassert>
#include <cstring>
#include <string>

#include "crypto/kdf.hpp"

namespace gatehouse::crypto {
namespace {

template <std::size_t size>
std::string_view view(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

/// The associated data for Aead: the prefix alone, or the prefix and `bound_to`, which are then joined in `room`.
std::string_view associated(std::string_view prefix, std::string_view bound_to, std::string& room) {
  if (bound_to.empty()) return prefix;
  return room.append(prefix).append(bound_to);
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

void SealingKeys::seal(std::string_view plain, Random& random, char* out, std::string_view bound_to) const {
  const Key& key = keys_.front();
  std::string room;
  std::memcpy(out, key.prefix.data(), key.prefix.size());
  key.aead->seal(plain, associated(view(key.prefix), bound_to, room), random, out + key.prefix.size());
}

bool SealingKeys::open(std::string_view sealed, char* out, std::string_view bound_to) const {
  assert(sealed.size() >= overhead_bytes);
  const std::string_view prefix = sealed.substr(0, sizeof(Prefix));
  std::string room;
  const std::string_view associated_data = associated(prefix, bound_to, room);
  for (const Key& key : keys_) {
    if (view(key.prefix) != prefix) continue;
    if (key.aead->open(sealed.substr(sizeof(Prefix)), associated_data, out)) return true;
  }
  return false;
}

}  // namespace gatehouse::crypto
