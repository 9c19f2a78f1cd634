#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::idempotency {

inline constexpr std::size_t request_key_characters_max = 255;

/// The key in a value of the header field Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): a String of RFC
/// 8941 section 3.3.3, `"8e03978e"`, or the bare text, which is the same key. 1 to request_key_characters_max printable
/// characters of ASCII; nothing for any other value, and for parameters behind the String.
[[nodiscard]] std::optional<std::string> read_request_key(std::string_view value);

/// What two requests have in common that ask for the same.
struct RequestLine {
  std::string_view method;
  std::string_view path;
};

/// SHA-256 of method, path and body, as they were sent. Whoever has it can try out which password is in the body, so it
/// is not for the database (RepetitionKeys).
[[nodiscard]] std::string fingerprint_of(const RequestLine& line, std::string_view body);

}  // namespace gatehouse::idempotency
