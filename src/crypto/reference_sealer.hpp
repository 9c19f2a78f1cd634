#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64url.hpp"
#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// A row, and the secret that proves that it is meant: 128 random bits, of which the database holds the SHA-256.
struct Reference {
  using Secret = std::array<char, 16>;

  std::int64_t id;
  Secret secret;
};

/// Turns a reference into the text a client carries, and back.
///
///     base64url( kind, 1 byte | key id, 4 | nonce, 24 | id, 8 bytes big-endian, and secret, 16, encrypted | tag, 16 )
///
/// XChaCha20-Poly1305 with kind and key id as associated data. Keys and key ids come from the secrets by HKDF. The
/// first secret seals, every one opens, so secrets rotate and what was sealed stays good. Immutable; any thread.
class ReferenceSealer {
 public:
  static constexpr std::size_t key_id_bytes = 4;
  static constexpr std::size_t sealed_bytes =
      1 + key_id_bytes + Aead::overhead_bytes + sizeof(std::int64_t) + sizeof(Reference::Secret);
  static constexpr std::size_t sealed_length = base64url_length(sealed_bytes);

  /// What is sealed; of one kind never opens as another.
  struct Kind {
    char first_byte;
    std::string_view key_purpose;  ///< HKDF's info, as is the next
    std::string_view key_id_purpose;
  };

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  ReferenceSealer(const Kind& kind, std::span<const SecretString> secrets);

  [[nodiscard]] std::string seal(const Reference& reference, Random& random) const;

  /// Nothing unless every character is as sealed by one of the keys. Allocates nothing; text of another length,
  /// alphabet, kind or key id is refused before any decryption.
  [[nodiscard]] std::optional<Reference> open(std::string_view text) const;

 private:
  /// Kind and key id: what a sealed text starts with.
  using Prefix = std::array<char, 1 + key_id_bytes>;
  struct Key {
    Prefix prefix;
    std::unique_ptr<Aead> aead;
  };
  static Key derive(const Kind& kind, const SecretString& secret);

  std::vector<Key> keys_;  ///< constant after construction; the first one seals
};

}  // namespace gatehouse::crypto
