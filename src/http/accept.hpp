#pragma once

#include <string_view>

namespace gatehouse::http {

/// Whether an `Accept` or `Accept-Encoding` field (RFC 9110 sections 12.5.1 and 12.5.3) names exactly this media type
/// or coding and does not refuse it with `q=0`. The wildcards `*` and `*/*` name nothing. Case is ignored.
[[nodiscard]] bool accepts(std::string_view field, std::string_view name);

}  // namespace gatehouse::http
