#include "api/list_query.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include "http/form.hpp"

namespace gatehouse::api {
namespace {

/// An answer that lists everything wrong with a long query would be many times as long.
constexpr std::size_t errors_max = 8;

std::string decode(std::string_view encoded) {
  std::string text;
  http::append_form_decoded(encoded, text);
  return text;
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
    query.limit = parse_page_limit(value);
    if (query.limit) return std::nullopt;
    return Complaint{"must be a whole number from 1 to 1000", "out_of_range"};
  }
  if (name == "after") {
    if (query.after) return Complaint{"is given more than once", "duplicate"};
    query.after = cursor.read(value);
    if (query.after) return std::nullopt;
    return Complaint{"must be the cursor of a Link header this service sent", "invalid_cursor"};
  }
  if (name == "email") {
    if (query.email) return Complaint{"is given more than once", "duplicate"};
    query.email = decode(value);
  }
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
  FieldErrors errors;
  while (const auto pair = http::take_form_pair(query)) {
    const auto complaint = take(pair->name, pair->value, cursor, result);
    if (complaint) errors.push_back({std::string{pair->name}, std::string{complaint->message}, complaint->code});
    if (errors.size() == errors_max) break;
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
