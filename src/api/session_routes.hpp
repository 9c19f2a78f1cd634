#pragma once

#include <array>
#include <optional>

#include "api/route.hpp"
#include "flows/sessions/session_end_flow.hpp"
#include "sessions/session_service.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// `/users/{id}/sessions` and `/sessions/{id}`: which devices a user is logged in on, and the end of one or all.
/// One per io thread.
class SessionRoutes {
 public:
  /// Everything outlives the routes.
  SessionRoutes(database::Database& database, sessions::SessionService& sessions, flows::SessionEndFlow& ends);

  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> end_all(const http::Request& request, http::Answer& answer);
  Task<> end_one(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<SessionRoutes>{
          {http::Method::get, "/users/{id}/sessions", "listSessions", Access::scope(Scope::sessions_read)},
          &SessionRoutes::list},
      Route<SessionRoutes>{
          {http::Method::delete_, "/users/{id}/sessions", "endAllSessions", Access::scope(Scope::sessions_write)},
          &SessionRoutes::end_all},
      Route<SessionRoutes>{
          {http::Method::delete_, "/sessions/{id}", "endSession", Access::scope(Scope::sessions_write)},
          &SessionRoutes::end_one},
  };

 private:
  /// The user of the path, if there is one; otherwise the request has been refused.
  Task<std::optional<UserId>> find_user(const http::Request& request, http::Answer& answer);

  users::UserStore users_;
  sessions::SessionService& sessions_;
  flows::SessionEndFlow& ends_;
};

}  // namespace gatehouse::api
