#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// Secrets that people and scanners recognise: a prefix that says what the secret is, 256 random bits in base64url, and
/// the CRC-32 of everything before it, in six characters of 0-9A-Za-z. A mistyped or made-up secret is refused without
/// a lookup.
///
///     gtr_ <43 characters of base64url> <6 of base62>
inline constexpr std::size_t checked_secret_length = 43;
inline constexpr std::size_t checksum_length = 6;

/// `prefix`, followed by a new secret and the checksum.
[[nodiscard]] SecretString make_checked_text(std::string_view prefix, Random& random);

/// Whether the text begins with the prefix, has the right length and alphabet, and ends with its checksum.
[[nodiscard]] bool is_checked_text(std::string_view text, std::string_view prefix);

}  // namespace gatehouse::crypto
