#include "api/audit_routes.hpp"

#include <string>
#include <utility>
#include <vector>

#include "api/audit_query.hpp"
#include "api/list_query.hpp"
#include "api/problems.hpp"
#include "base/calendar.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Request;
using http::Status;

/// Most events in a part of an export: some 50 KB, so that a thousand clients that stop reading hold 50 MB.
constexpr unsigned part_events_max = 128;

std::string event_list_json(const std::vector<audit::StoredEvent>& events) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("events").begin_array();
  for (const audit::StoredEvent& event : events) audit::write_event(writer, event);
  writer.end_array().end_object();
  return json;
}

/// A line for each event.
std::string lines_of(const std::vector<audit::StoredEvent>& events) {
  std::string lines;
  for (const audit::StoredEvent& event : events) {
    json::Writer writer{lines};
    audit::write_event(writer, event);
    lines += '\n';
  }
  return lines;
}

/// A client that asks for some events must not silently get all of them.
FieldErrors what_an_export_does_not_take(const AuditQuery& query) {
  FieldErrors errors;
  const auto refuse = [&errors](const char* name, bool is_given) {
    if (is_given) errors.push_back({name, "is not accepted: an export has every event of its period", "unknown_field"});
  };
  refuse("type", query.filter.type.has_value());
  refuse("user", query.filter.user.has_value());
  refuse("actor", query.filter.actor.has_value());
  refuse("outcome", query.filter.outcome.has_value());
  refuse("limit", query.limit.has_value());
  refuse("after", query.after.has_value());
  return errors;
}

}  // namespace

Task<> AuditRoutes::list(const Request& request, Answer& answer) {
  auto query = parse_audit_query(request.query, *cursor_);
  if (!query) co_return answer.refuse(problem("validation_failed"), query.error());
  const auto page =
      co_await events_.page(std::move(query->filter), query->after, query->limit.value_or(page_limit_default));
  if (page.next) {
    const std::string next = next_page_of(request.query, cursor_->write(*page.next, random_));
    answer.add_header("Link", "<" + next + ">; rel=\"next\"");
  }
  answer.send(Status::ok, event_list_json(page.events));
}

/// Reads and sends part after part, oldest first, so that memory does not grow with the number of events. Events that
/// happen meanwhile are not included.
Task<> AuditRoutes::export_all(const Request& request, Answer& answer) {
  const auto query = parse_audit_query(request.query, *cursor_);
  if (!query) co_return answer.refuse(problem("validation_failed"), query.error());
  const FieldErrors unused = what_an_export_does_not_take(*query);
  if (!unused.empty()) co_return answer.refuse(problem("validation_failed"), unused);
  const TimePoint to = query->filter.to.value_or(clock_.now());
  audit::Place last{.at = query->filter.from.value_or(calendar_begin), .id = audit::EventId{0}};
  auto part = co_await events_.part(last, to, part_events_max);
  answer.begin_stream(Status::ok, http::MediaType::ndjson);
  if (!answer.wants_body()) co_return answer.end_stream();
  while (!part.empty()) {
    std::string lines = lines_of(part);
    if (!co_await answer.write(std::move(lines))) co_return answer.abort_stream();
    if (part.size() < part_events_max) break;
    last = audit::place_of(part.back());
    part = co_await events_.part(last, to, part_events_max);
  }
  answer.end_stream();
}

}  // namespace gatehouse::api
