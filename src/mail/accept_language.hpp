#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::mail {

inline constexpr std::size_t languages_max = 16;
inline constexpr std::size_t accept_language_bytes_max = 1024;

/// The language tags of an Accept-Language header (RFC 9110 section 12.5.4) in lower case, the most wanted first; those
/// of equal weight in the header's order. `*`, weights of 0 and malformed entries are left out. Only the first
/// languages_max entries of the first accept_language_bytes_max bytes are read.
[[nodiscard]] std::vector<std::string> preferred_languages(std::string_view header);

/// Whether the text has the form of a language tag, such as `de-CH` (RFC 4647 section 2.1), of at most 35 bytes.
[[nodiscard]] bool is_language_tag(std::string_view text);

}  // namespace gatehouse::mail
