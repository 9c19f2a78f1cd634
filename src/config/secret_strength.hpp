#pragma once

#include <cstddef>
#include <string_view>

namespace gatehouse::config {

/// 256 bits, as HMAC-SHA256 needs (RFC 8725 section 3.5).
inline constexpr std::size_t secret_bytes_min = 32;

/// What is wrong with a secret.
enum class SecretWeakness {
  none,
  too_short,    ///< under secret_bytes_min
  example,      ///< a value from a document, or one that asks to be changed
  predictable,  ///< few different characters, a repetition or a sequence
};

/// How a secret chosen by a person or a tool is weak. `none` means only that it is not obviously weak.
[[nodiscard]] SecretWeakness weakness_of(std::string_view secret);

}  // namespace gatehouse::config
