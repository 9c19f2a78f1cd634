#include "api/dispatcher.hpp"

#include <exception>

#include "api/refusals.hpp"
#include "database/errors.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Request;
using http::Status;

bool Dispatcher::begin(Request& request, Answer& answer) {
  parts_.cors.add_headers(request, answer);
  if (parts_.cors.answer_preflight(request, answer)) return true;

  const http::Router::Match match = parts_.router.match(request.method, request.path);
  const bool open = match.route != nullptr && match.route->access == http::Access::open;
  if (!open && !parts_.api_keys.admit(request, answer)) return true;
  if (match.route == nullptr) {
    answer_unrouted(match, request, answer);
    return true;
  }
  if (!open && !parts_.ready.load(std::memory_order_relaxed)) {
    refuse(answer, Unavailability{});
    return true;
  }
  request.route = match.route;
  request.path_parameter = match.parameter;
  return match.route->handle_now && answer_now(request, answer);
}

void Dispatcher::refuse_unreadable(Status status, const Request& request, Answer& answer) {
  parts_.cors.add_headers(request, answer);
  api::refuse_unreadable(answer, status);
}

void Dispatcher::turn_away(const Request&, Answer& answer) { refuse(answer, Unavailability{}); }

void Dispatcher::answer_unrouted(const http::Router::Match& match, const Request& request, Answer& answer) const {
  if (match.allow.empty()) return answer.refuse(Status::not_found, "Not found");
  answer.add_header("Allow", match.allow);
  if (request.method == http::Method::options) return answer.send_empty(Status::no_content);
  answer.refuse(Status::method_not_allowed, "Method not allowed");
}

bool Dispatcher::answer_now(const Request& request, Answer& answer) const {
  try {
    return request.route->handle_now(request, answer);
  } catch (const std::exception& failure) {
    answer_failure(failure.what(), false, request, answer);
    return true;
  }
}

Task<> Dispatcher::finish(const Request& request, Answer& answer) {
  try {
    co_await request.route->handle(request, answer);
  } catch (const passwords::HashingOverloaded& overload) {
    // No failure, so not in the log, which would grow with the load.
    if (!answer.is_sent()) refuse(answer, Unavailability{overload.retry_after()});
  } catch (const database::Unavailable& failure) {
    answer_failure(failure.what(), true, request, answer);
  } catch (const std::exception& failure) {
    answer_failure(failure.what(), false, request, answer);
  }
}

void Dispatcher::answer_failure(std::string_view what, bool retry, const Request& request, Answer& answer) const {
  parts_.on_failure(request.id, what);
  if (answer.is_stream_open()) return answer.abort_stream();
  if (answer.is_sent()) return;
  if (retry)
    refuse(answer, Unavailability{});
  else
    answer.refuse(Status::internal_server_error, "Internal server error");
}

}  // namespace gatehouse::api
