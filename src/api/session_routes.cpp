#include "api/session_routes.hpp"

#include <string>

#include "api/path_id.hpp"
#include "api/refusals.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Request;
using http::Status;

SessionRoutes::SessionRoutes(database::Database& database, sessions::SessionService& sessions)
    : users_(database), sessions_(sessions) {}

void SessionRoutes::add_to(http::Router& router) {
  using http::Method;
  router.add({.method = Method::get,
              .pattern = "/users/{id}/sessions",
              .handle = [this](const Request& request, Answer& answer) { return list(request, answer); }});
  router.add({.method = Method::delete_,
              .pattern = "/users/{id}/sessions",
              .handle = [this](const Request& request, Answer& answer) { return end_all(request, answer); }});
  router.add({.method = Method::delete_,
              .pattern = "/sessions/{id}",
              .handle = [this](const Request& request, Answer& answer) { return end_one(request, answer); }});
}

Task<std::optional<UserId>> SessionRoutes::find_user(const Request& request, Answer& answer) {
  const auto id = parse_id<UserId>(request.path_parameter);
  if (!id) {
    answer.refuse(Status::bad_request, "Invalid user ID format");
    co_return std::nullopt;
  }
  const auto user = co_await users_.find(*id);
  if (!user) {
    refuse(answer, flows::AccountError::not_found);
    co_return std::nullopt;
  }
  co_return *id;
}

Task<> SessionRoutes::list(const Request& request, Answer& answer) {
  const auto user = co_await find_user(request, answer);
  if (!user) co_return;
  const auto active = co_await sessions_.list(*user);
  std::string json = "[";
  for (const sessions::SessionInfo& session : active) {
    if (json.size() > 1) json += ',';
    sessions::append_session_json(json, session);
  }
  json += ']';
  answer.send(Status::ok, json);
}

Task<> SessionRoutes::end_all(const Request& request, Answer& answer) {
  const auto user = co_await find_user(request, answer);
  if (!user) co_return;
  const std::int64_t ended = co_await sessions_.close_all(*user);
  answer.send(Status::ok, "{\"message\":\"All sessions of user " + std::to_string(user->value) +
                              " ended\",\"count\":" + std::to_string(ended) + "}");
}

Task<> SessionRoutes::end_one(const Request& request, Answer& answer) {
  const auto id = parse_id<SessionId>(request.path_parameter);
  if (!id) co_return answer.refuse(Status::bad_request, "Invalid session ID format");
  const bool ended = co_await sessions_.close_one(*id);
  if (!ended) co_return answer.refuse(Status::not_found, "Session not found");
  answer.send(Status::ok, "{\"message\":\"Session " + std::to_string(id->value) + " ended\"}");
}

}  // namespace gatehouse::api
