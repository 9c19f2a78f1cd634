#include "api/session_batch_routes.hpp"

#include <utility>
#include <vector>

#include "api/body_refusal.hpp"
#include "api/login_answer.hpp"
#include "api/problems.hpp"
#include "api/verified_session.hpp"
#include "json/writer.hpp"
#include "runtime/all_of.hpp"

namespace gatehouse::api {
namespace {

struct SessionsBody {
  std::vector<std::string_view> sessions;
};
constexpr auto sessions_body = http::body_fields(
    problem("sessions_required"),
    http::field("sessions", &SessionsBody::sessions, {.entries_max = SessionBatchRoutes::sessions_max}));

}  // namespace

Task<> SessionBatchRoutes::verify_sessions(const http::Request& request, http::Answer& answer) {
  json::TextBuffer texts;
  const auto body = http::read_body(request, sessions_body, texts, unknown_fields_);
  if (!body) co_return refuse(answer, body.error());
  std::vector<Verdict> verdicts(body->sessions.size());
  std::vector<Task<>> questions;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    if (verify_now(body->sessions[i], verdicts[i])) continue;
    questions.push_back(verify(std::string{body->sessions[i]}, verdicts[i]));
  }
  if (!questions.empty()) co_await runtime::all_of(std::move(questions));
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("sessions").begin_array();
  for (const Verdict& verdict : verdicts) write(writer, verdict);
  writer.end_array().end_object();
  answer.send(http::Status::ok, json);
}

bool SessionBatchRoutes::verify_now(std::string_view sealed, Verdict& verdict) {
  if (sealed.empty()) {
    verdict.refusal = &problem("session_required");
    return true;
  }
  if (!identity_.answers_from_memory()) return false;
  const sessions::CachedVerdict known = identity_.by_session_now(sealed, verdict.session);
  if (known == sessions::CachedVerdict::refused) verdict.refusal = &problem("invalid_session");
  return known != sessions::CachedVerdict::unknown;
}

Task<> SessionBatchRoutes::verify(std::string sealed, Verdict& verdict) {
  auto verified = co_await identity_.by_session(std::move(sealed));
  if (verified) {
    verdict.session = *std::move(verified);
  } else {
    verdict.refusal = &problem_of(verified.error());
  }
}

void SessionBatchRoutes::write(json::Writer& writer, const Verdict& verdict) {
  const http::Status status = verdict.refusal == nullptr ? http::Status::ok : verdict.refusal->status;
  writer.begin_object().member("status", std::int64_t{std::to_underlying(status)});
  if (verdict.refusal == nullptr) {
    write_verified_session(writer, verdict.session);
  } else {
    writer.member("error", verdict.refusal->text).member("code", verdict.refusal->code);
  }
  writer.end_object();
}

}  // namespace gatehouse::api
