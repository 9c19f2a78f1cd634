#include "crypto/keyed_hash.hpp"

#include <sodium.h>

#include <span>

namespace gatehouse::crypto {

KeyedHash::KeyedHash(Random& random) {
  static_assert(sizeof key_ == crypto_shorthash_KEYBYTES);
  random.fill(std::as_writable_bytes(std::span{key_}));
}

std::uint64_t KeyedHash::operator()(std::string_view text) const noexcept {
  static_assert(sizeof(std::uint64_t) == crypto_shorthash_BYTES);
  std::uint64_t hash = 0;
  crypto_shorthash(reinterpret_cast<unsigned char*>(&hash), reinterpret_cast<const unsigned char*>(text.data()),
                   text.size(), key_.data());
  return hash;
}

std::array<std::uint64_t, 2> KeyedHash::wide(std::string_view text) const noexcept {
  static_assert(sizeof key_ == crypto_shorthash_siphashx24_KEYBYTES);
  std::array<std::uint64_t, 2> hash{};
  static_assert(sizeof hash == crypto_shorthash_siphashx24_BYTES);
  crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()),
                              reinterpret_cast<const unsigned char*>(text.data()), text.size(), key_.data());
  return hash;
}

}  // namespace gatehouse::crypto
