#pragma once

#include <array>
#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_string.hpp"
#include "crypto/aead.hpp"
#include "crypto/random.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// Why a row's body cannot be read.
enum class BodyFault : std::uint8_t {
  unknown_key,  ///< sealed with a secret that this process was not given, maybe a newer one
  damaged,      ///< not what was sealed for this row
};

/// Encrypts a letter's contents into the bytes that its row holds, and decrypts them again.
///
///     0x01 | key id, 4 bytes | nonce, 24 | JSON, encrypted | tag, 16
///
/// XChaCha20-Poly1305; the version, the key id, the row's id and its kind are associated data, so a body cannot be
/// opened in another row. The keys are derived from SESSION_SECRET with HKDF ("mail"). The first secret seals, any of
/// them opens. Immutable; any thread.
class ContentsSealer {
 public:
  static constexpr std::size_t key_id_bytes = 4;

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  explicit ContentsSealer(std::span<const SecretString> secrets);

  /// Throws std::invalid_argument if there are more than variables_max variables or one is longer than
  /// variable_bytes_max.
  [[nodiscard]] std::string seal(MailId id, std::string_view kind, const Contents& contents,
                                 crypto::Random& random) const;
  [[nodiscard]] std::expected<Contents, BodyFault> open(MailId id, std::string_view kind, std::string_view body) const;

 private:
  using Prefix = std::array<char, 1 + key_id_bytes>;  ///< version and key id
  struct Key {
    Prefix prefix;
    std::unique_ptr<crypto::Aead> aead;
  };
  static Key derive(const SecretString& secret);

  std::vector<Key> keys_;  ///< constant after construction; the first one seals
};

}  // namespace gatehouse::mail
