#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"

namespace gatehouse::signing_keys {

/// Turns a private key, PKCS #8 in PEM, into the bytes that its row holds, and back.
///
///     0x01 | key id, 4 bytes | nonce, 24 | PEM, encrypted | tag, 16
///
/// XChaCha20-Poly1305; version, key id and the row's kid are associated data, so the bytes are worth nothing in another
/// row. Keys are derived from SESSION_SECRET by HKDF ("signing-keys"). The first secret seals, every one opens.
/// Immutable; any thread.
class PrivateKeySealer {
 public:
  static constexpr std::size_t key_id_bytes = 4;

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  explicit PrivateKeySealer(std::span<const SecretString> secrets);

  [[nodiscard]] std::string seal(std::string_view kid, const SecretString& pem, crypto::Random& random) const;
  /// Nothing if it was sealed with a secret that was not given, or not for this row.
  [[nodiscard]] std::optional<SecretString> open(std::string_view kid, std::string_view sealed) const;

 private:
  using Prefix = std::array<char, 1 + key_id_bytes>;  ///< version and key id
  struct Key {
    Prefix prefix;
    std::unique_ptr<crypto::Aead> aead;
  };
  static Key derive(const SecretString& secret);

  std::vector<Key> keys_;  ///< constant after construction; the first one seals
};

}  // namespace gatehouse::signing_keys
