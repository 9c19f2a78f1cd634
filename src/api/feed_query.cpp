#include "api/feed_query.hpp"

#include <charconv>
#include <utility>

#include "http/form.hpp"

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
  FieldErrors errors;
  while (const auto pair = http::take_form_pair(query)) {
    if ((pair->name == "after" && !result.after.empty()) || (pair->name == "wait" && result.wait)) {
      errors.push_back({std::string{pair->name}, "is given more than once", "duplicate"});
      break;
    }
    if (pair->name == "after") result.after = pair->value;
    if (pair->name != "wait") continue;
    result.wait = parse_wait(pair->value);
    if (!result.wait) errors.push_back({"wait", "must be a whole number of seconds from 0 to 30", "out_of_range"});
  }
  if (!last_event_id.empty()) result.after = last_event_id;
  if (result.after.empty()) {
    errors.push_back({"after", "is required: the cursor of a snapshot or of an answer", "required"});
  }
  if (!errors.empty()) return std::unexpected(std::move(errors));
  return result;
}

}  // namespace gatehouse::api
