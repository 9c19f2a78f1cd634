#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"
#include "crypto/reference_sealer.hpp"
#include "sessions/model.hpp"

namespace gatehouse::sessions {

/// What a sealed session says once it is opened: which row, and the secret that proves it.
struct SessionReference {
  SessionId id;
  SessionSecret secret;
};

/// Turns a session's reference into the text a client carries, and back; crypto::ReferenceSealer says how. Immutable;
/// any thread.
class SessionSealer {
 public:
  static constexpr std::size_t sealed_length = crypto::ReferenceSealer::sealed_length;

  /// The values of SESSION_SECRET: at least one. They are not kept, only the keys derived from them.
  explicit SessionSealer(std::span<const SecretString> secrets) : sealer_(kind, secrets) {}

  [[nodiscard]] std::string seal(const SessionReference& reference, crypto::Random& random) const {
    return sealer_.seal({.id = reference.id.value, .secret = reference.secret}, random);
  }

  /// nullopt unless every character is as it was sealed with one of the secrets.
  [[nodiscard]] std::optional<SessionReference> open(std::string_view text) const {
    const auto reference = sealer_.open(text);
    if (!reference) return std::nullopt;
    return SessionReference{.id = SessionId{reference->id}, .secret = reference->secret};
  }

 private:
  static constexpr crypto::ReferenceSealer::Kind kind{
      .first_byte = 1, .key_purpose = "gatehouse session v1", .key_id_purpose = "gatehouse session key id v1"};

  crypto::ReferenceSealer sealer_;
};

}  // namespace gatehouse::sessions
