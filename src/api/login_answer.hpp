#pragma once

#include <string>

#include "api/api_settings.hpp"
#include "api/problems.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/sessions/session_opening.hpp"
#include "json/writer.hpp"
#include "sessions/session_service.hpp"

namespace gatehouse::api {

/// `{"user":{"id":7},"token":"…","session":"…","sessionExpires":"…"}`, followed by
/// `"refreshToken":"…","tokenExpires":"…"` if the login asked for a refresh token.
[[nodiscard]] inline std::string login_json(const flows::LoginResult& login) {
  std::string text;
  json::Writer writer{text};
  writer.begin_object().key("user").begin_object().member("id", login.user).end_object();
  writer.member("token", login.token).member("session", login.session);
  writer.member("sessionExpires", login.session_expires_at);
  if (const auto& refreshable = login.refreshable) {
    writer.member("refreshToken", refreshable->refresh_token).member("tokenExpires", refreshable->token_expires_at);
  }
  writer.end_object();
  return text;
}

/// Unknown email and wrong password look alike unless the policy tells them apart (OWASP Authentication Cheat Sheet).
[[nodiscard]] constexpr const http::Problem& problem_of(flows::PasswordError error, LoginErrors policy) {
  if (policy == LoginErrors::uniform) return problem("invalid_credentials");
  return error == flows::PasswordError::unknown_user ? problem("user_not_found") : problem("invalid_password");
}

[[nodiscard]] constexpr const http::Problem& problem_of(sessions::SessionError error) {
  switch (error) {
    case sessions::SessionError::invalid:
      return problem("invalid_session");
    case sessions::SessionError::expired:
      return problem("session_expired");
    case sessions::SessionError::not_found:
      return problem("session_ended");
    case sessions::SessionError::user_not_found:
      return problem("session_user_not_found");
  }
  return problem("invalid_session");
}

}  // namespace gatehouse::api
