#pragma once

#include <string_view>

namespace gatehouse::http {

/// Whether `Accept` or `Accept-Encoding` (RFC 9110 sections 12.5.1 and 12.5.3) names just this media type or coding and
/// does not refuse it with `q=0`; `*` and `*/*` name nothing. The letters' case does not count.
[[nodiscard]] bool accepts(std::string_view field, std::string_view name);

}  // namespace gatehouse::http
