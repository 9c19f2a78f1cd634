#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::json {

/// Appends the text as a JSON string with its quotes (RFC 8259 section 7). Control characters, DEL and U+2028/2029 are
/// escaped; bytes that are not UTF-8 become U+FFFD, so the result is always valid JSON and safe on a terminal.
void append_string(std::string& out, std::string_view text);

/// How many characters at the start of the text are plain: printable ASCII without quotes and backslashes, which a JSON
/// string holds as they are.
[[nodiscard]] std::size_t plain_length(std::string_view text);

/// Makes the string this many bytes longer and returns where they begin; the caller must write each of them.
[[nodiscard]] char* grow(std::string& out, std::size_t bytes);

}  // namespace gatehouse::json
