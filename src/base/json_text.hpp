#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

/// Appends the text as a JSON string with its quotes (RFC 8259 section 7). Control characters, DEL and U+2028/2029 are
/// escaped; bytes that are not UTF-8 become U+FFFD, so the result is always valid JSON and safe on a terminal.
void append_json_string(std::string& out, std::string_view text);

/// True where the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view bytes);

}  // namespace gatehouse
