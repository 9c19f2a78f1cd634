#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) through libsodium. A random nonce for each seal is safe: 192 bits
/// do not collide. Immutable after construction; any thread may call it.
class Aead {
 public:
  static constexpr std::size_t key_bytes = 32;
  static constexpr std::size_t nonce_bytes = 24;
  static constexpr std::size_t tag_bytes = 16;
  static constexpr std::size_t overhead_bytes = nonce_bytes + tag_bytes;

  using Key = std::array<std::byte, key_bytes>;

  explicit Aead(const Key& key) : key_(key) {}
  ~Aead();
  Aead(const Aead&) = delete;
  Aead& operator=(const Aead&) = delete;

  /// Writes nonce, ciphertext and tag to `out`, which holds plaintext.size() + overhead_bytes.
  void seal(std::string_view plaintext, std::string_view associated_data, Random& random, char* out) const;

  /// Writes sealed.size() - overhead_bytes to `out`. False, with `out` unspecified, unless every byte is as sealed.
  [[nodiscard]] bool open(std::string_view sealed, std::string_view associated_data, char* out) const;

 private:
  Key key_;
};

}  // namespace gatehouse::crypto
