#include "api/list_query.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "api/query_parameters.hpp"
#include "base/text.hpp"

namespace gatehouse::api {
namespace {

std::optional<std::string> beginning_in(std::string_view value) {
  std::string text = decoded(value);
  if (trim(text, ascii_whitespace).empty()) return std::nullopt;
  return text;
}

/// Takes one parameter over into the query, or returns a complaint.
std::optional<Complaint> take(std::string_view name, std::string_view value, const PageCursor& cursor,
                              ListQuery& query) {
  if (name == "limit") {
    return set_once(query.limit, parse_page_limit(value), {"must be a whole number from 1 to 1000", "out_of_range"});
  }
  if (name == "after") {
    return set_once(query.after, cursor.read(value),
                    {"must be the cursor from a Link header of this service", "invalid_cursor"});
  }
  if (name == "email") return set_once(query.email, std::optional{decoded(value)}, {});
  if (name == "q") return set_once(query.beginning, beginning_in(value), {"must not be empty", "empty"});
  return std::nullopt;
}

}  // namespace

std::optional<unsigned> parse_page_limit(std::string_view text) {
  unsigned limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  if (text.empty() || end != text.data() + text.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return page_limit_max;
  if (error != std::errc{} || limit < 1) return std::nullopt;
  return std::min(limit, page_limit_max);
}

std::expected<ListQuery, FieldErrors> parse_list_query(std::string_view query, const PageCursor& cursor) {
  ListQuery result;
  auto errors = take_parameters(
      query, [&](std::string_view name, std::string_view value) { return take(name, value, cursor, result); });
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
