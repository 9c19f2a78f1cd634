#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64url.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "sessions/model.hpp"

namespace gatehouse::sessions {

/// What a sealed session says once it was opened: which row, and the secret that proves it.
struct SessionReference {
  SessionId id;
  SessionSecret secret;
};

/// Turns a session's reference into the text a client carries, and back.
///
///     base64url( 0x01 | key id, 4 bytes | nonce, 24 | id, 8 bytes big-endian, and secret, 16, encrypted | tag, 16 )
///
/// XChaCha20-Poly1305 with version and key id as associated data. Keys and key ids come from SESSION_SECRET by HKDF.
/// The first secret seals, every one opens, so secrets rotate without logging anybody out. Immutable; any thread.
class SessionSealer {
 public:
  static constexpr std::size_t key_id_bytes = 4;
  static constexpr std::size_t sealed_bytes =
      1 + key_id_bytes + crypto::Aead::overhead_bytes + sizeof(SessionId) + sizeof(SessionSecret);
  static constexpr std::size_t sealed_length = base64url_length(sealed_bytes);

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  explicit SessionSealer(std::span<const SecretString> secrets);

  [[nodiscard]] std::string seal(const SessionReference& reference, crypto::Random& random) const;

  /// Nothing unless every character is as sealed by one of the keys. Allocates nothing; text of another length,
  /// alphabet, version or key id is refused before any decryption.
  [[nodiscard]] std::optional<SessionReference> open(std::string_view text) const;

 private:
  /// Version and key id: what a sealed session starts with.
  using Prefix = std::array<char, 1 + key_id_bytes>;
  struct Key {
    Prefix prefix;
    std::unique_ptr<crypto::Aead> aead;
  };
  static Key derive(const SecretString& secret);

  std::vector<Key> keys_;  ///< constant after construction; the first one seals
};

}  // namespace gatehouse::sessions
