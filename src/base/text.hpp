#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

/// What the service does to text apart from JSON and base64: letter case, blanks, hexadecimal, UTF-8. Letters are ASCII
/// letters; every other byte stays as it is. Nothing here depends on a locale. Any thread.

[[nodiscard]] constexpr char to_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
[[nodiscard]] std::string to_lower(std::string_view text);

/// The text without the blanks at both ends.
[[nodiscard]] std::string_view trim(std::string_view text, std::string_view blanks = " \t");

inline constexpr std::string_view ascii_whitespace = " \t\r\n\f\v";
[[nodiscard]] constexpr bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Two lower-case digits for each byte.
void append_hex(std::string& out, std::string_view bytes);
[[nodiscard]] std::string to_hex(std::string_view bytes);

/// The value of one hexadecimal digit of either case; std::nullopt for any other character.
[[nodiscard]] constexpr std::optional<unsigned> hex_digit_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  const char lower = to_lower(c);
  if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a' + 10);
  return std::nullopt;
}

/// The bytes that pairs of hexadecimal digits encode; std::nullopt if the text is anything else.
[[nodiscard]] std::optional<std::string> from_hex(std::string_view digits);

/// Whether a UTF-8 text has a control character: one of ASCII, or one of U+0080 to U+009F, which terminals obey too.
[[nodiscard]] bool has_control_character(std::string_view text);
/// The text with each control character replaced by a question mark.
[[nodiscard]] std::string without_control_characters(std::string_view text);

/// True if the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view bytes);

/// Length of the well-formed UTF-8 sequence at the start of the text, 0 if there is none.
[[nodiscard]] std::size_t utf8_sequence_length(std::string_view text);

}  // namespace gatehouse
