#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/base64url.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/sealing_keys.hpp"
#include "sessions/model.hpp"

namespace gatehouse::sessions {

/// What a refresh token says: which session, the secret that proves it, and which of its generations.
struct RefreshReference {
  SessionId id;
  SessionSecret secret;
  std::int64_t generation;
};

/// Makes refresh tokens and opens them: `gtf_`, then in base64url what crypto::SealingKeys make of the session's id,
/// the generation (8 bytes each, big-endian) and the session's secret (16 bytes). Immutable; any thread.
class RefreshSealer {
 public:
  static constexpr std::string_view prefix = "gtf_";
  static constexpr std::size_t sealed_bytes =
      crypto::SealingKeys::overhead_bytes + 2 * sizeof(std::int64_t) + sizeof(SessionSecret);
  static constexpr std::size_t token_length = prefix.size() + base64url_length(sealed_bytes);

  /// The values of SESSION_SECRET: at least one. They are not kept, only the keys derived from them.
  explicit RefreshSealer(std::span<const SecretString> secrets) : keys_(kind, secrets) {}

  [[nodiscard]] std::string seal(const RefreshReference& reference, crypto::Random& random) const;

  /// nullopt unless every character is as it was sealed with one of the secrets.
  [[nodiscard]] std::optional<RefreshReference> open(std::string_view token) const;

 private:
  static constexpr crypto::SealKind kind{
      .first_byte = 3, .key_purpose = "gatehouse refresh v1", .key_id_purpose = "gatehouse refresh key id v1"};

  crypto::SealingKeys keys_;
};

}  // namespace gatehouse::sessions
