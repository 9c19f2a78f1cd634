#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

/// Base64url without padding, RFC 4648 section 5, as RFC 7515 uses it.

[[nodiscard]] constexpr std::size_t base64url_length(std::size_t bytes) { return (bytes * 4 + 2) / 3; }

void append_base64url(std::string& out, std::string_view bytes);
[[nodiscard]] std::string to_base64url(std::string_view bytes);

/// Strict: only the 64 letters, no padding, no white space, unused bits zero, so each byte string has one encoding.
/// Writes at most `capacity` bytes to `out`; returns the number written, or std::nullopt if the text is malformed or
/// does not fit.
[[nodiscard]] std::optional<std::size_t> decode_base64url(std::string_view text, char* out, std::size_t capacity);
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace gatehouse
