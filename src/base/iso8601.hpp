#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace gatehouse {

/// Reads what append_iso8601() writes, and its shorter forms: `2025-01-22T10:30:00.000Z` with up to six decimals or
/// none, or the date alone, which means its first moment. UTC only; years 0000 to 9999. std::nullopt for any other
/// text, or if there is no such day or time.
[[nodiscard]] std::optional<TimePoint> parse_iso8601(std::string_view text);

}  // namespace gatehouse
