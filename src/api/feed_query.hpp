#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/field_error.hpp"

namespace gatehouse::api {

/// What `GET /revocations?…` asks for.
struct FeedQuery {
  std::string after;  ///< the cursor, not read yet
  std::optional<std::chrono::seconds> wait;
};

inline constexpr unsigned feed_wait_max_s = 30;

/// Reads a query string, `after=…&wait=25`. A reader that lost its stream says in `last_event_id` how far it got, while
/// its URL still has the cursor it began with: `last_event_id` counts if it is not empty. Unknown parameters are
/// ignored; repeated ones are refused like wrong values.
[[nodiscard]] std::expected<FeedQuery, FieldErrors> parse_feed_query(std::string_view query,
                                                                     std::string_view last_event_id);

}  // namespace gatehouse::api
