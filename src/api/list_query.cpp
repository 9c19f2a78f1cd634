#include "api/list_query.hpp"

#include <charconv>
#include <string>

namespace gatehouse::api {
namespace {

/// An answer that lists everything wrong with a long query would be many times as long.
constexpr std::size_t errors_max = 8;

std::optional<unsigned> parse_limit(std::string_view text) {
  unsigned limit = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool number = error == std::errc{} && end == text.data() + text.size();
  if (!number || limit < 1 || limit > page_limit_max) return std::nullopt;
  return limit;
}

/// What is wrong with one parameter, "" where nothing is.
std::string_view take(std::string_view name, std::string_view value, const PageCursor& cursor, ListQuery& query) {
  if (name == "limit") {
    if (query.limit) return "is given more than once";
    query.limit = parse_limit(value);
    return query.limit ? "" : "must be a whole number from 1 to 1000";
  }
  if (name == "after") {
    if (query.after) return "is given more than once";
    query.after = cursor.read(value);
    return query.after ? "" : "must be the cursor of a Link header this service sent";
  }
  return "is not a known parameter";
}

}  // namespace

std::expected<ListQuery, FieldErrors> parse_list_query(std::string_view query, const PageCursor& cursor) {
  ListQuery result;
  FieldErrors errors;
  while (!query.empty() && errors.size() < errors_max) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(pair.size() == query.size() ? pair.size() : pair.size() + 1);
    if (pair.empty()) continue;
    const std::string_view name = pair.substr(0, pair.find('='));
    const std::string_view value = name.size() == pair.size() ? std::string_view{} : pair.substr(name.size() + 1);
    const std::string_view problem = take(name, value, cursor, result);
    if (!problem.empty()) errors.push_back({std::string{name}, std::string{problem}});
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
