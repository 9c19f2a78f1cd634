#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// What is sealed. What was sealed as one kind never opens as another.
struct SealKind {
  char first_byte;
  std::string_view key_purpose;  ///< HKDF's info, as is the next
  std::string_view key_id_purpose;
};

/// Seals bytes that a client or a row carries, and opens them again:
///
///     kind, 1 byte | key id, 4 | nonce, 24 | the bytes, encrypted | tag, 16
///
/// XChaCha20-Poly1305 with kind, key id and what the caller binds the bytes to as associated data. Keys and key ids are
/// derived from the secrets by HKDF. The first secret seals and every one opens, so secrets can be rotated while what
/// was sealed stays valid. Immutable; any thread.
class SealingKeys {
 public:
  static constexpr std::size_t key_id_bytes = 4;
  static constexpr std::size_t overhead_bytes = 1 + key_id_bytes + Aead::overhead_bytes;

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  SealingKeys(const SealKind& kind, std::span<const SecretString> secrets);

  /// Writes plain.size() + overhead_bytes to `out`.
  void seal(std::string_view plain, Random& random, char* out, std::string_view bound_to = {}) const;

  /// Writes sealed.size() - overhead_bytes to `out`; `sealed` has at least overhead_bytes. False, with `out`
  /// unspecified, unless every byte is as sealed by one of the keys and with the same `bound_to`. Another kind or key
  /// id is refused before any decryption. Allocates nothing if `bound_to` is empty.
  [[nodiscard]] bool open(std::string_view sealed, char* out, std::string_view bound_to = {}) const;

 private:
  /// Kind and key id.
  using Prefix = std::array<char, 1 + key_id_bytes>;
  struct Key {
    Prefix prefix;
    std::unique_ptr<Aead> aead;
  };
  static Key derive(const SealKind& kind, const SecretString& secret);

  std::vector<Key> keys_;  ///< constant after construction; the first one seals
};

}  // namespace gatehouse::crypto
