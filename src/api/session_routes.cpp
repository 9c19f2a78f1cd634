#include "api/session_routes.hpp"

#include <string>
#include <utility>

#include "api/access/origin.hpp"
#include "api/message.hpp"
#include "api/path_id.hpp"
#include "api/problems.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Request;
using http::Status;

SessionRoutes::SessionRoutes(database::Database& database, sessions::SessionService& sessions,
                             flows::SessionEndFlow& ends)
    : users_(database), sessions_(sessions), ends_(ends) {}

Task<std::optional<UserId>> SessionRoutes::find_user(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.parameter(0));
  if (!id) {
    answer.refuse(problem("invalid_user_id"));
    co_return std::nullopt;
  }
  const auto user = co_await users_.find(*id);
  if (!user) {
    answer.refuse(problem("user_not_found"));
    co_return std::nullopt;
  }
  co_return *id;
}

Task<> SessionRoutes::list(const Request& request, Answer& answer) {
  const auto user = co_await find_user(request, answer);
  if (!user) co_return;
  const auto active = co_await sessions_.list(*user);
  std::string json;
  json::Writer writer{json};
  writer.begin_array();
  for (const sessions::SessionInfo& session : active) sessions::write_session(writer, session);
  writer.end_array();
  answer.send(Status::ok, json);
}

Task<> SessionRoutes::end_all(const Request& request, Answer& answer) {
  const auto user = co_await find_user(request, answer);
  if (!user) co_return;
  audit::Origin origin = origin_of(request);
  const std::int64_t ended = co_await ends_.revoke_all(*user, std::move(origin));
  std::string json;
  json::Writer(json)
      .begin_object()
      .member("message", "All sessions of user " + std::to_string(user->value) + " ended")
      .member("count", ended)
      .end_object();
  answer.send(Status::ok, json);
}

Task<> SessionRoutes::end_one(const Request& request, Answer& answer) {
  const auto id = parse_id<SessionId>(request.parameter(0));
  if (!id) co_return answer.refuse(problem("invalid_session_id"));
  audit::Origin origin = origin_of(request);
  const bool ended = co_await ends_.revoke(*id, std::move(origin));
  if (!ended) co_return answer.refuse(problem("session_not_found"));
  answer.send(Status::ok, message_json("Session " + std::to_string(id->value) + " ended"));
}

}  // namespace gatehouse::api
