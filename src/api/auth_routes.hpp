#pragma once

#include <array>
#include <string>

#include "api/api_settings.hpp"
#include "api/route.hpp"
#include "flows/identity/identity_flow.hpp"
#include "flows/login/login_flow.hpp"
#include "flows/sessions/session_end_flow.hpp"

namespace gatehouse::api {

/// `/user-auth`: login, logout, and the two questions every request of a frontend asks. One per io thread.
class AuthRoutes {
 public:
  /// Everything but the settings outlives the routes.
  AuthRoutes(flows::LoginFlow& login, flows::IdentityFlow& identity, flows::SessionEndFlow& ends,
             const ApiSettings& settings, unsigned v6_prefix);

  Task<> log_in(const http::Request& request, http::Answer& answer);
  Task<> log_out(const http::Request& request, http::Answer& answer);
  bool verify_session_now(const http::Request& request, http::Answer& answer);
  Task<> verify_session(const http::Request& request, http::Answer& answer);
  bool verify_token_now(const http::Request& request, http::Answer& answer);
  Task<> verify_token(const http::Request& request, http::Answer& answer);

  static constexpr std::array routes{
      Route<AuthRoutes>{{http::Method::post, "/user-auth/verify-session", "verifySession", Access::scope(Scope::auth)},
                        &AuthRoutes::verify_session,
                        &AuthRoutes::verify_session_now},
      Route<AuthRoutes>{{http::Method::post, "/user-auth/verify-token", "verifyToken", Access::scope(Scope::auth)},
                        &AuthRoutes::verify_token,
                        &AuthRoutes::verify_token_now},
      Route<AuthRoutes>{{http::Method::post, "/user-auth", "logIn", Access::scope(Scope::auth), limits::Policy::login},
                        &AuthRoutes::log_in},
      Route<AuthRoutes>{{http::Method::post, "/user-auth/logout", "logOut", Access::scope(Scope::auth)},
                        &AuthRoutes::log_out},
  };

 private:
  void answer_session(const sessions::SessionView& session, http::Answer& answer);
  void answer_principal(const Principal& principal, http::Answer& answer);

  flows::LoginFlow& login_;
  flows::IdentityFlow& identity_;
  flows::SessionEndFlow& ends_;
  const LoginErrors login_errors_;
  const http::UnknownFields unknown_fields_;
  const unsigned v6_prefix_;    ///< IPv6 addresses that share this many leading bits count as one
  std::string json_;            ///< answers that are written without waiting reuse its memory
  sessions::SessionView view_;  ///< the same for sessions from the cache
};

}  // namespace gatehouse::api
