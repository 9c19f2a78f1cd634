#include "api/revocation_routes.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "api/feed_query.hpp"
#include "api/problems.hpp"
#include "http/accept.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

using http::Answer;
using http::Field;
using http::MediaType;
using http::Request;
using http::Status;
using revocations::News;
using revocations::Revocation;
using std::chrono::steady_clock;

constexpr std::string_view event_stream = "text/event-stream";

/// The table holds ids as texts; clients know them as numbers.
void write_subject(json::Writer& writer, const Revocation& revocation) {
  writer.key("id");
  if (revocation.kind == revocations::Kind::signing_key) {
    writer.value(revocation.subject);
  } else {
    writer.json(revocation.subject);
  }
}

void write_revocation(json::Writer& writer, const Revocation& revocation) {
  writer.begin_object().member("kind", to_text(revocation.kind));
  write_subject(writer, revocation);
  writer.member("until", revocation.until).end_object();
}

void refuse_reader(Answer& answer) {
  answer.add_header("Retry-After", "1");
  answer.refuse(problem("too_many_readers"));
}

}  // namespace

std::string RevocationRoutes::json_of(const News& news, std::string_view cursor) const {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("cursor", cursor).member("asOf", news.as_of);
  writer.key("revocations").begin_array();
  for (const Revocation& one : news.revocations) write_revocation(writer, one);
  writer.end_array().end_object();
  return json;
}

/// An event without news says only how recent that is.
std::string RevocationRoutes::event_of(const News& news) const {
  if (news.revocations.empty()) {
    std::string json;
    json::Writer{json}.begin_object().member("asOf", news.as_of).end_object();
    return "event: as-of\ndata: " + json + "\n\n";
  }
  const std::string cursor = cursor_->write(news.end, random_);
  return "event: revocations\nid: " + cursor + "\ndata: " + json_of(news, cursor) + "\n\n";
}

/// Sends part after part, so that memory does not grow with the number of revocations.
Task<> RevocationRoutes::take_snapshot(const Request& /*request*/, Answer& answer) {
  const auto end = co_await reader_.log().end();
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("cursor", cursor_->write(end.place, random_)).member("asOf", end.as_of);
  writer.key("revocations").begin_array();
  auto part = co_await reader_.log().part({}, end);
  answer.begin_stream(Status::ok);
  if (!answer.wants_body()) co_return answer.end_stream();
  while (!part.empty()) {
    for (const Revocation& one : part) write_revocation(writer, one);
    if (!co_await answer.write(std::exchange(json, {}))) co_return answer.abort_stream();
    part = co_await reader_.log().part(part.back().place, end);
  }
  writer.end_array().end_object();
  if (!co_await answer.write(std::move(json))) co_return answer.abort_stream();
  answer.end_stream();
}

Task<> RevocationRoutes::follow(const Request& request, Answer& answer) {
  const auto query = parse_feed_query(request.query, request.headers[Field::last_event_id]);
  if (!query) co_return answer.refuse(problem("validation_failed"), query.error());
  const auto after = cursor_->read(query->after);
  if (!after) co_return answer.refuse(problem("invalid_cursor"));
  auto news = co_await reader_.log().read(*after);
  if (!news) co_return answer.refuse(problem("cursor_too_old"));
  if (http::accepts(request.headers[Field::accept], event_stream)) {
    co_await stream(request, answer, std::move(*news));
  } else {
    co_await answer_once(request, answer, std::move(*news), query->wait.value_or(std::chrono::seconds{0}));
  }
}

Task<> RevocationRoutes::answer_once(const Request& request, Answer& answer, News news, std::chrono::seconds wait) {
  if (news.revocations.empty() && wait.count() > 0 && answer.wants_body()) {
    const auto seat = reader_.feed().take_seat();
    if (!seat) co_return refuse_reader(answer);
    answer.step_aside();
    auto later = co_await wait_for_news(std::move(news), steady_clock::now() + wait, request);
    if (!later) co_return answer.refuse(problem("cursor_too_old"));
    news = std::move(*later);
  }
  answer.send(Status::ok, json_of(news, cursor_->write(news.end, random_)));
}

Task<std::optional<News>> RevocationRoutes::wait_for_news(News news, steady_clock::time_point until,
                                                          const Request& request) {
  while (news.revocations.empty() && steady_clock::now() < until) {
    if (request.client_gone.stop_requested() || reader_.feed().has_ended()) break;
    auto later = co_await reader_.next({.end = news.end, .as_of = news.as_of, .read_at = news.read_at}, until,
                                       request.client_gone);
    if (!later) co_return std::nullopt;
    news = std::move(*later);
  }
  co_return news;
}

/// If the log no longer knows the reader's place, the stream ends; the reader comes back and is then told.
Task<> RevocationRoutes::stream(const Request& request, Answer& answer, News news) {
  const auto seat = reader_.feed().take_seat();
  if (!seat) co_return refuse_reader(answer);
  answer.step_aside();
  answer.add_header("X-Accel-Buffering", "no");  // otherwise nginx would hold events back
  answer.begin_stream(Status::ok, MediaType::event_stream);
  const auto end = steady_clock::now() + stream_max;
  while (answer.wants_body()) {
    std::string event = event_of(news);
    const bool is_sent = co_await answer.write(std::move(event));
    if (!is_sent) co_return answer.abort_stream();
    if (request.client_gone.stop_requested() || reader_.feed().has_ended() || steady_clock::now() >= end) break;
    auto later = co_await after_event(news, request);
    if (!later) break;
    if (later->is_cut) later->as_of = news.as_of;  // the earlier as_of still holds, and it must not go back
    news = std::move(*later);
  }
  answer.end_stream();
}

Task<std::optional<News>> RevocationRoutes::after_event(const News& sent, const Request& request) {
  if (sent.is_cut) co_return co_await reader_.log().read(sent.end);
  co_return co_await reader_.next({.end = sent.end, .as_of = sent.as_of, .read_at = sent.read_at},
                                  steady_clock::now() + heartbeat, request.client_gone);
}

}  // namespace gatehouse::api
