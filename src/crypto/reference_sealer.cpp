#include "crypto/reference_sealer.hpp"

#include <cassert>
#include <cstring>

#include "crypto/kdf.hpp"

namespace gatehouse::crypto {
namespace {

constexpr std::size_t id_bytes = 8;
constexpr std::size_t plain_bytes = id_bytes + sizeof(Reference::Secret);

using Plain = std::array<char, plain_bytes>;
using Sealed = std::array<char, ReferenceSealer::sealed_bytes>;

Plain encode(const Reference& reference) {
  Plain plain;
  const auto id = static_cast<std::uint64_t>(reference.id);
  for (std::size_t i = 0; i < id_bytes; ++i) plain[i] = static_cast<char>(id >> (8 * (id_bytes - 1 - i)));
  std::memcpy(plain.data() + id_bytes, reference.secret.data(), reference.secret.size());
  return plain;
}

Reference decode(const Plain& plain) {
  std::uint64_t id = 0;
  for (std::size_t i = 0; i < id_bytes; ++i) id = id << 8 | static_cast<unsigned char>(plain[i]);
  Reference reference{.id = static_cast<std::int64_t>(id), .secret = {}};
  std::memcpy(reference.secret.data(), plain.data() + id_bytes, reference.secret.size());
  return reference;
}

template <std::size_t size>
std::string_view view(const std::array<char, size>& bytes) {
  return {bytes.data(), bytes.size()};
}

}  // namespace

ReferenceSealer::ReferenceSealer(const Kind& kind, std::span<const SecretString> secrets) {
  assert(!secrets.empty());
  keys_.reserve(secrets.size());
  for (const SecretString& secret : secrets) keys_.push_back(derive(kind, secret));
}

ReferenceSealer::Key ReferenceSealer::derive(const Kind& kind, const SecretString& secret) {
  Aead::Key key;
  derive_key(secret.reveal(), kind.key_purpose, key);
  std::array<std::byte, key_id_bytes> key_id;
  derive_key(secret.reveal(), kind.key_id_purpose, key_id);

  Key derived{.prefix = {kind.first_byte}, .aead = std::make_unique<Aead>(key)};
  std::memcpy(derived.prefix.data() + 1, key_id.data(), key_id.size());
  wipe_memory(key.data(), key.size());
  return derived;
}

std::string ReferenceSealer::seal(const Reference& reference, Random& random) const {
  const Key& key = keys_.front();
  Plain plain = encode(reference);
  Sealed sealed;
  std::memcpy(sealed.data(), key.prefix.data(), key.prefix.size());
  key.aead->seal(view(plain), view(key.prefix), random, sealed.data() + key.prefix.size());
  wipe_memory(plain.data(), plain.size());
  return to_base64url(view(sealed));
}

std::optional<Reference> ReferenceSealer::open(std::string_view text) const {
  if (text.size() != sealed_length) return std::nullopt;
  Sealed sealed;
  if (decode_base64url(text, sealed.data(), sealed.size()) != sealed.size()) return std::nullopt;

  const std::string_view prefix = view(sealed).substr(0, sizeof(Prefix));
  for (const Key& key : keys_) {
    if (view(key.prefix) != prefix) continue;
    Plain plain;
    if (key.aead->open(view(sealed).substr(sizeof(Prefix)), prefix, plain.data())) return decode(plain);
  }
  return std::nullopt;
}

}  // namespace gatehouse::crypto
