#pragma once

#include <chrono>

#include "config/settings.hpp"
#include "flows/account/account_flow.hpp"
#include "flows/login/login_flow.hpp"
#include "http/answer.hpp"
#include "http/json_fields.hpp"
#include "sessions/model.hpp"

namespace gatehouse::api {

/// The one table from a feature's error to what a client sees: status, text, headers.

/// Something the service depends on is away or has too much to do: 503 with Retry-After.
struct Unavailability {
  std::chrono::seconds retry_after{1};
};

void refuse(http::Answer& answer, Unavailability unavailability);
/// A request that could not be read to its end: `status` says why, as RequestParser::refusal() does.
void refuse_unreadable(http::Answer& answer, http::Status status);
void refuse(http::Answer& answer, const http::BodyError& error);
void refuse(http::Answer& answer, sessions::SessionError error);
void refuse(http::Answer& answer, flows::AccountError error);
/// `policy` decides whether unknown email and wrong password look alike (OWASP Authentication Cheat Sheet).
void refuse(http::Answer& answer, flows::LoginError error, config::LoginErrors policy);

}  // namespace gatehouse::api
