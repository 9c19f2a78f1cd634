#pragma once

#include <string>

#include "base/clock.hpp"
#include "config/settings.hpp"
#include "flows/login/login_flow.hpp"
#include "http/router.hpp"
#include "sessions/session_service.hpp"
#include "tokens/token_verifier.hpp"

namespace gatehouse::api {

/// `/user-auth`: login, logout, and the two questions every request of a frontend asks. One per io thread.
class AuthRoutes {
 public:
  /// Everything outlives the routes.
  AuthRoutes(flows::LoginFlow& login, sessions::SessionService& sessions, const tokens::TokenVerifier& tokens,
             const Clock& clock, config::LoginErrors login_errors);

  void add_to(http::Router& router);

 private:
  Task<> log_in(const http::Request& request, http::Answer& answer);
  Task<> log_out(const http::Request& request, http::Answer& answer);
  bool verify_session_now(const http::Request& request, http::Answer& answer);
  Task<> verify_session(const http::Request& request, http::Answer& answer);
  bool verify_token_now(const http::Request& request, http::Answer& answer);
  Task<> verify_token(const http::Request& request, http::Answer& answer);
  void answer_session(const sessions::SessionView& session, http::Answer& answer);
  void answer_claims(const tokens::TokenClaims& claims, http::Answer& answer);

  flows::LoginFlow& login_;
  sessions::SessionService& sessions_;
  const tokens::TokenVerifier& tokens_;
  const Clock& clock_;
  const config::LoginErrors login_errors_;
  std::string json_;            ///< answers that are written without waiting reuse its memory
  sessions::SessionView view_;  ///< the same for sessions from the cache
};

}  // namespace gatehouse::api
