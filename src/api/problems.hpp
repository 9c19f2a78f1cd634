#pragma once

#include <array>
#include <string_view>

#include "http/problem.hpp"
#include "http/problems.hpp"

namespace gatehouse::api {

/// Every problem of the API, the engine's included. api/openapi.yaml lists their codes; a client may rely on each.
inline constexpr auto all_problems = [] {
  using http::Problem;
  using http::Status;
  return std::array{
      http::problems::malformed_request,
      http::problems::request_timeout,
      http::problems::body_too_large,
      http::problems::uri_too_long,
      http::problems::expectation_failed,
      http::problems::header_too_large,
      http::problems::internal_error,

      // Any route.
      Problem{Status::forbidden, "https_required",
              "HTTPS is required: call https://, and replace the key or password that was sent in plain text"},
      Problem{Status::unauthorized, "missing_api_key", "Please provide an API key in the X-API-Key header"},
      Problem{Status::unauthorized, "invalid_api_key", "Invalid API key"},
      Problem{Status::forbidden, "missing_scope", "API key lacks scope"},  // the scope's name follows
      Problem{Status::not_found, "not_found", "Not found"},
      Problem{Status::not_found, "path_not_exact", "Not found; write the path exactly:"},  // the pattern follows
      Problem{Status::method_not_allowed, "method_not_allowed", "Method not allowed"},
      Problem{Status::too_many_requests, "rate_limited", "Too many requests"},
      Problem{Status::bad_request, "invalid_client_address", "X-Client-Address must be an IP address"},
      Problem{Status::bad_request, "invalid_audience", "X-Audience must be one of JWT_AUDIENCE"},
      Problem{Status::service_unavailable, "unavailable", "Service temporarily unavailable"},
      Problem{Status::unsupported_media_type, "unsupported_media_type", "Content-Type must be application/json"},
      Problem{Status::unsupported_media_type, "unsupported_encoding", "Content-Encoding must be identity"},
      Problem{Status::unsupported_media_type, "unsupported_charset", "Request body must be UTF-8"},
      Problem{Status::bad_request, "invalid_json", "Invalid JSON format"},
      Problem{Status::bad_request, "validation_failed", "Validation failed"},
      Problem{Status::bad_request, "text_not_storable", "The database cannot store a character in this text"},

      // Requests that may be repeated.
      Problem{Status::bad_request, "invalid_idempotency_key",
              "Idempotency-Key must be 1 to 255 printable ASCII characters, given once"},
      Problem{Status::conflict, "idempotency_in_progress", "The same request is being answered: ask again later"},
      Problem{Status::unprocessable_entity, "idempotency_key_reused",
              "This Idempotency-Key was of another request: use a new one"},

      // The revocation feed.
      Problem{Status::bad_request, "invalid_cursor", "Invalid cursor: take a new snapshot"},
      Problem{Status::gone, "cursor_too_old", "Cursor is too old: take a new snapshot"},
      Problem{Status::service_unavailable, "too_many_readers", "Too many clients are waiting for revocations"},

      // API keys.
      Problem{Status::bad_request, "invalid_api_key_id", "Invalid API key ID format"},
      Problem{Status::bad_request, "missing_key_fields", "Name and scopes are required"},
      Problem{Status::not_found, "api_key_not_found", "API key not found"},
      Problem{Status::conflict, "api_key_expired", "API key has expired"},
      Problem{Status::conflict, "too_many_api_keys", "There are as many API keys as there may be: revoke one"},

      // Users.
      Problem{Status::bad_request, "invalid_user_id", "Invalid user ID format"},
      Problem{Status::bad_request, "missing_fields", "Missing required fields: first_name, last_name, email, password"},
      Problem{Status::not_found, "user_not_found", "User not found"},
      Problem{Status::conflict, "email_taken", "Email already exists"},
      Problem{Status::conflict, "user_referenced", "User is still referenced by other data"},
      Problem{Status::conflict, "user_disabled", "User is disabled: enable them first"},
      Problem{Status::precondition_failed, "version_mismatch", "The user has changed: read again what is there now"},
      Problem{Status::precondition_required, "if_match_required",
              "Say in If-Match which version was seen: the ETag of the user"},

      // Passwords and emails.
      Problem{Status::bad_request, "password_required", "Password is required"},
      Problem{Status::bad_request, "email_required", "Email is required"},
      Problem{Status::bad_request, "token_required", "Token is required"},
      Problem{Status::bad_request, "missing_reset_fields", "Token and password are required"},
      Problem{Status::bad_request, "missing_change_fields", "Session, currentPassword and newPassword are required"},
      Problem{Status::bad_request, "missing_email_fields", "Session, password and email are required"},
      Problem{Status::unauthorized, "invalid_or_expired_token", "Invalid or expired token"},
      Problem{Status::forbidden, "email_not_verified", "Email address is not verified"},
      Problem{Status::forbidden, "password_change_required", "A new password is required"},

      // Logging in, sessions and tokens.
      Problem{Status::bad_request, "missing_credentials", "Email and password are required"},
      Problem{Status::unauthorized, "invalid_credentials", "Invalid credentials"},
      Problem{Status::unauthorized, "invalid_password", "Invalid password"},
      Problem{Status::bad_request, "session_required", "Session is required"},
      Problem{Status::bad_request, "sessions_required", "A list of sessions is required"},
      Problem{Status::unauthorized, "invalid_session", "Invalid session"},
      Problem{Status::unauthorized, "session_expired", "Session expired"},
      Problem{Status::unauthorized, "session_ended", "Session not found"},
      Problem{Status::unauthorized, "session_user_not_found", "User not found"},
      Problem{Status::unauthorized, "invalid_token", "Invalid token"},
      Problem{Status::unauthorized, "not_logged_in", "Not logged in"},
      Problem{Status::forbidden, "missing_role", "User lacks the role"},
      Problem{Status::bad_request, "refresh_token_required", "Refresh token is required"},
      Problem{Status::unauthorized, "invalid_refresh", "Invalid refresh token"},
      Problem{Status::unauthorized, "refresh_reused", "Refresh token was used before"},
      Problem{Status::bad_request, "invalid_session_id", "Invalid session ID format"},
      Problem{Status::not_found, "session_not_found", "Session not found"},
  };
}();

/// The problem with this code. A code that is not in the list does not compile.
[[nodiscard]] consteval const http::Problem& problem(std::string_view code) {
  for (const http::Problem& one : all_problems) {
    if (one.code == code) return one;
  }
  throw "no problem has this code";
}

}  // namespace gatehouse::api
