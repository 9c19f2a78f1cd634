#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "crypto/random.hpp"

namespace gatehouse::one_time_tokens {

using OneTimeTokenId = StrongId<struct OneTimeTokenTag>;

/// What a token is for; it is valid for nothing else.
enum class Kind : std::uint8_t { reset, verify, email_change };

/// The kind's name in rows.
[[nodiscard]] std::string_view to_text(Kind kind);
/// How tokens of the kind begin: `gtr_`, `gtv_`, `gte_`.
[[nodiscard]] std::string_view prefix_of(Kind kind);

/// A new token, as the user gets it; crypto::make_checked_text() describes its form.
struct NewToken {
  SecretString text;
  std::string hash;  ///< SHA-256 of the text; all that is stored
};
/// The token's secret has 256 random bits.
[[nodiscard]] NewToken make_token(Kind kind, crypto::Random& random);

/// The hash of what somebody sent as a token of this kind; nothing if it cannot be one.
[[nodiscard]] std::optional<std::string> hash_of(std::string_view text, Kind kind);

}  // namespace gatehouse::one_time_tokens
