#pragma once

#include "http/router.hpp"
#include "sessions/session_service.hpp"
#include "users/user_store.hpp"

namespace gatehouse::api {

/// `/users/{id}/sessions` and `/sessions/{id}`: which devices a user is logged in on, and the end of one or all.
/// One per io thread.
class SessionRoutes {
 public:
  /// Everything outlives the routes.
  SessionRoutes(database::Database& database, sessions::SessionService& sessions);

  void add_to(http::Router& router);

 private:
  Task<> list(const http::Request& request, http::Answer& answer);
  Task<> end_all(const http::Request& request, http::Answer& answer);
  Task<> end_one(const http::Request& request, http::Answer& answer);
  /// The user of the path, if there is one; otherwise the refusal has been answered.
  Task<std::optional<UserId>> find_user(const http::Request& request, http::Answer& answer);

  users::UserStore users_;
  sessions::SessionService& sessions_;
};

}  // namespace gatehouse::api
