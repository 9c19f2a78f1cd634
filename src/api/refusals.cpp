#include "api/refusals.hpp"

#include <string>
#include <string_view>

namespace gatehouse::api {
namespace {

using http::Answer;
using http::BodyError;
using http::BodyFault;
using http::Status;

struct Refusal {
  Status status;
  std::string_view text;
};

constexpr Refusal refusal_of(sessions::SessionError error) {
  switch (error) {
    case sessions::SessionError::invalid:
      return {Status::unauthorized, "Invalid session"};
    case sessions::SessionError::expired:
      return {Status::unauthorized, "Session expired"};
    case sessions::SessionError::not_found:
      return {Status::unauthorized, "Session not found"};
    case sessions::SessionError::user_not_found:
      return {Status::unauthorized, "User not found"};
  }
  return {Status::unauthorized, "Invalid session"};
}

constexpr Refusal refusal_of(flows::LoginError error, config::LoginErrors policy) {
  if (policy == config::LoginErrors::uniform) return {Status::unauthorized, "Invalid credentials"};
  return error == flows::LoginError::unknown_user ? Refusal{Status::not_found, "User not found"}
                                                  : Refusal{Status::unauthorized, "Invalid password"};
}

constexpr Refusal refusal_of(BodyFault fault) {
  switch (fault) {
    case BodyFault::unsupported_media_type:
      return {Status::unsupported_media_type, "Content-Type must be application/json"};
    case BodyFault::invalid_json:
      return {Status::bad_request, "Invalid JSON format"};
    case BodyFault::invalid_fields:
      return {Status::bad_request, "Validation failed"};
  }
  return {Status::bad_request, "Invalid JSON format"};
}

}  // namespace

void refuse(Answer& answer, Unavailability unavailability) {
  answer.add_header("Retry-After", std::to_string(unavailability.retry_after.count()));
  answer.refuse(Status::service_unavailable, "Service temporarily unavailable");
}

void refuse_unreadable(Answer& answer, Status status) {
  switch (status) {
    case Status::content_too_large:
      return answer.refuse(status, "Request body too large");
    case Status::header_fields_too_large:
      return answer.refuse(status, "Request header too large");
    case Status::uri_too_long:
      return answer.refuse(status, "Request target too long");
    case Status::request_timeout:
      return answer.refuse(status, "Request not received in time");
    case Status::expectation_failed:
      return answer.refuse(status, "Expectation not supported");
    default:
      return answer.refuse(status, "Malformed HTTP request");
  }
}

void refuse(Answer& answer, const BodyError& error) {
  const Refusal refusal = refusal_of(error.fault);
  answer.refuse(refusal.status, refusal.text, error.details);
}

void refuse(Answer& answer, sessions::SessionError error) {
  const Refusal refusal = refusal_of(error);
  answer.refuse(refusal.status, refusal.text);
}

void refuse(Answer& answer, flows::AccountError error) {
  switch (error) {
    case flows::AccountError::not_found:
      return answer.refuse(Status::not_found, "User not found");
    case flows::AccountError::email_taken:
      return answer.refuse(Status::conflict, "Email already exists");
  }
}

void refuse(Answer& answer, flows::LoginError error, config::LoginErrors policy) {
  const Refusal refusal = refusal_of(error, policy);
  answer.refuse(refusal.status, refusal.text);
}

}  // namespace gatehouse::api
