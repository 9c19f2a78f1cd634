#include "api/feed_query.hpp"

#include <charconv>
#include <utility>

#include "api/query_parameters.hpp"

namespace gatehouse::api {
namespace {

std::optional<std::chrono::seconds> parse_wait(std::string_view text) {
  unsigned seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || seconds > feed_wait_max_s) {
    return std::nullopt;
  }
  return std::chrono::seconds{seconds};
}

}  // namespace

std::expected<FeedQuery, FieldErrors> parse_feed_query(std::string_view query, std::string_view last_event_id) {
  FeedQuery result;
  std::optional<std::string> after;
  auto errors = take_parameters(query, [&](std::string_view name, std::string_view value) -> std::optional<Complaint> {
    if (name == "after") return set_once(after, std::optional{std::string{value}}, {});
    if (name != "wait") return std::nullopt;
    return set_once(result.wait, parse_wait(value), {"must be a whole number of seconds from 0 to 30", "out_of_range"});
  });
  result.after = last_event_id.empty() ? after.value_or("") : last_event_id;
  if (result.after.empty()) {
    errors.push_back({"after", "is required: the cursor from a snapshot or an answer", "required"});
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
