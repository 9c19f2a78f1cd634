#pragma once

#include <string_view>

namespace gatehouse::http {

/// Whether a media range of `Accept` (RFC 9110 section 12.5.1) is just this type; `*/*` is not. The letters' case does
/// not count.
[[nodiscard]] bool accepts(std::string_view accept, std::string_view media_type);

}  // namespace gatehouse::http
