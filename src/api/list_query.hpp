#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "api/page_cursor.hpp"
#include "base/field_error.hpp"

namespace gatehouse::api {

/// What `GET /users?…` asks for. Without parameters: everything.
struct ListQuery {
  std::optional<unsigned> limit;  ///< 1..page_limit_max; a larger number counts as page_limit_max
  std::optional<users::PagePosition> after;
  std::optional<std::string> email;      ///< of the one user who is wanted; not checked
  std::optional<std::string> beginning;  ///< of the addresses or names of those who are wanted; not empty

  [[nodiscard]] bool wants_page() const { return limit || after; }
};

inline constexpr unsigned page_limit_max = 1000;
inline constexpr unsigned page_limit_default = 100;

/// Reads `10`; a number above the maximum, however large, counts as the maximum.
[[nodiscard]] std::optional<unsigned> parse_page_limit(std::string_view text);

/// Reads a query string, `limit=10&after=…` `email=ada%40example.com` or `q=ann`. Unknown parameters are ignored;
/// repeated ones are refused like wrong values.
[[nodiscard]] std::expected<ListQuery, FieldErrors> parse_list_query(std::string_view query, const PageCursor& cursor);

}  // namespace gatehouse::api
