#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/base64url.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/sealing_keys.hpp"

namespace gatehouse::crypto {

/// A row's id, and the secret that proves that this row is meant: 128 random bits, whose SHA-256 the database holds.
struct Reference {
  using Secret = std::array<char, 16>;

  std::int64_t id;
  Secret secret;
};

/// Turns a reference into the text a client carries, and back: the id, 8 bytes big-endian, and the secret, sealed by
/// SealingKeys, in base64url. Immutable; any thread.
class ReferenceSealer {
 public:
  using Kind = SealKind;

  static constexpr std::size_t sealed_bytes =
      SealingKeys::overhead_bytes + sizeof(std::int64_t) + sizeof(Reference::Secret);
  static constexpr std::size_t sealed_length = base64url_length(sealed_bytes);

  /// At least one secret; the secrets are not kept, only the keys derived from them.
  ReferenceSealer(const Kind& kind, std::span<const SecretString> secrets) : keys_(kind, secrets) {}

  [[nodiscard]] std::string seal(const Reference& reference, Random& random) const;

  /// Nothing unless every character is as sealed by one of the keys. Allocates nothing; text of another length,
  /// alphabet, kind or key id is refused before any decryption.
  [[nodiscard]] std::optional<Reference> open(std::string_view text) const;

 private:
  SealingKeys keys_;
};

}  // namespace gatehouse::crypto
