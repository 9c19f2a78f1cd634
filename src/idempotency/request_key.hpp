#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::idempotency {

inline constexpr std::size_t request_key_characters_max = 255;

/// The key in a value of the header field Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a String of RFC
/// 8941 section 3.3.3, `"8e03978e"`, or the bare text, which is the same key. 1 to request_key_characters_max printable
/// characters of ASCII; nothing for any other value, or if parameters follow the String.
[[nodiscard]] std::optional<std::string> read_request_key(std::string_view value);

/// What two requests that ask for the same have in common.
struct RequestLine {
  std::string_view method;
  std::string_view path;
};

/// SHA-256 of method, path and body, as they were sent. Whoever has it can guess the password in the body by trial, so
/// it must not be in the database (see RepetitionKeys).
[[nodiscard]] std::string fingerprint_of(const RequestLine& line, std::string_view body);

}  // namespace gatehouse::idempotency
