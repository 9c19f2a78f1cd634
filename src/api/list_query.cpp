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

/// What is wrong with a parameter, as in FieldError.
struct Complaint {
  std::string_view message;
  std::string_view code;
};

/// Takes one parameter over into the query; a complaint where it cannot.
std::optional<Complaint> take(std::string_view name, std::string_view value, const PageCursor& cursor,
                              ListQuery& query) {
  if (name == "limit") {
    if (query.limit) return Complaint{"is given more than once", "duplicate"};
    query.limit = parse_limit(value);
    if (query.limit) return std::nullopt;
    return Complaint{"must be a whole number from 1 to 1000", "out_of_range"};
  }
  if (name == "after") {
    if (query.after) return Complaint{"is given more than once", "duplicate"};
    query.after = cursor.read(value);
    if (query.after) return std::nullopt;
    return Complaint{"must be the cursor of a Link header this service sent", "invalid_cursor"};
  }
  return Complaint{"is not a known parameter", "unknown_parameter"};
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
    const auto complaint = take(name, value, cursor, result);
    if (complaint) errors.push_back({std::string{name}, std::string{complaint->message}, complaint->code});
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
