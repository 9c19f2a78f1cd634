#include "api/dispatcher.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <string>

#include "api/access/told_client.hpp"
#include "api/problems.hpp"
#include "database/errors.hpp"
#include "json/writer.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::api {
namespace {

using http::Admission;
using http::Answer;
using http::Request;
using http::Status;

/// For when something the service depends on is unavailable or overloaded.
void refuse_for_now(Answer& answer, std::chrono::seconds retry_after = std::chrono::seconds{1}) {
  answer.add_header("Retry-After", std::to_string(retry_after.count()));
  answer.refuse(problem("unavailable"));
}

/// Appends the subject, if there is one, to the problem's text.
void refuse_with(http::Problem refusal, std::string_view subject, Answer& answer) {
  if (subject.empty()) return answer.refuse(refusal);
  const std::string text = std::string{refusal.text}.append(" ").append(subject);
  refusal.text = text;
  answer.refuse(refusal);
}

}  // namespace

Admission Dispatcher::admit(Request& request, Answer& answer) {
  parts_.routes.match(request);
  parts_.cors.add_headers(request, answer);
  if (is_exposed(request)) {
    answer.refuse(problem("https_required"));
    return Admission::answered;
  }
  if (!is_relayed(request) && parts_.cors.answer_preflight(request, answer)) return Admission::answered;
  if (is_open(request)) {
    request.caller.kind = Caller::Kind::open;
    const RateLimiter::Asked asked{.route = route_of(request), .has_good_key = false, .needs_key = false};
    return charge(request, asked, answer) ? Admission::without_body : Admission::answered;
  }
  const std::optional<Verdict> verdict = verdict_now(request);
  if (verdict && is_recorded_first(*verdict, request)) {
    request.has_lost_body = true;
    return Admission::without_body;
  }
  if (verdict && !let_in(*verdict, request, answer)) return Admission::answered;
  return is_relayed(request) ? Admission::without_body : Admission::with_body;
}

bool Dispatcher::begin(Request& request, Answer& answer) {
  if (awaits_charge(request)) return false;
  return request.caller.kind != Caller::Kind::unknown && answer_at_once(request, answer);
}

void Dispatcher::refuse_unreadable(Status status, const Request& request, Answer& answer) {
  parts_.cors.add_headers(request, answer);
  answer.refuse(http::problems::of_unreadable(status));
}

void Dispatcher::turn_away(const Request&, Answer& answer) { refuse_for_now(answer); }

/// Null if no route has this path and method, however the path is spelled.
const RouteInfo* Dispatcher::route_in_any_spelling(const Request& request) const {
  const std::size_t route = request.route != http::no_route ? request.route : parts_.routes.loose_route(request);
  return route == http::no_route ? nullptr : &parts_.routes.info(route);
}

/// A request in plain text is refused, never redirected: its secret has already been sent, and a client that follows a
/// redirect would send it like that every time. Health probes have no secret and speak plain HTTP.
bool Dispatcher::is_exposed(const Request& request) const {
  if (!parts_.requires_https || request.is_confidential) return false;
  const RouteInfo* const route = route_of(request);
  return route == nullptr || !(route->pattern == "/health" || route->pattern.starts_with("/health/"));
}

/// A gateway that takes an answer for permission must not get one that no route gave.
bool Dispatcher::is_relayed(const Request& request) const {
  const RouteInfo* const route = route_in_any_spelling(request);
  return route != nullptr && route->is_relayed();
}

/// OPTIONS reveals nothing that api/openapi.yaml does not, and load balancers use it to ask whether the service is
/// there. Whoever may read a resource may learn how its path is spelled.
bool Dispatcher::is_open(const Request& request) const {
  const RouteInfo* const route = route_in_any_spelling(request);
  if (request.method == http::Method::options && (route == nullptr || !route->is_relayed())) return true;
  return route != nullptr && route->access.is_open();
}

/// A trusted proxy without a key, if such proxies have every scope that the route requires. A key that is sent is
/// always checked, valid or not.
std::optional<Caller> Dispatcher::keyless_proxy(const Request& request) const {
  const RouteInfo* const route = route_of(request);
  if (!request.is_proxied || route == nullptr || request.headers.has(http::Field::api_key)) return std::nullopt;
  if (parts_.keyless_proxies.first_missing(route->access.scopes())) return std::nullopt;
  return Caller{.kind = Caller::Kind::proxy, .scopes = parts_.keyless_proxies, .name = "TRUSTED_PROXIES"};
}

std::optional<Verdict> Dispatcher::verdict_now(const Request& request) const {
  if (const auto proxy = keyless_proxy(request)) return Verdict{*proxy};
  return parts_.access.admit_now(request);
}

/// A path that no route has requires a key, but no scope.
std::optional<Dispatcher::Objection> Dispatcher::objection(const Verdict& verdict, const Request& request) const {
  if (!verdict) return Objection{.problem = verdict.error(), .scope = {}};
  const RouteInfo* const route = route_of(request);
  if (route == nullptr) return std::nullopt;
  const auto missing = verdict->scopes.first_missing(route->access.scopes());
  if (!missing) return std::nullopt;
  return Objection{.problem = problem("missing_scope"), .scope = to_text(*missing)};
}

/// The refusal of a key is recorded before it is answered. Requests without a key are only counted, and so are those of
/// gateways, which come as often as their clients like. Before the schema is ready, there is nothing to record it in.
bool Dispatcher::is_recorded_first(const Verdict& verdict, const Request& request) const {
  if (!parts_.ready.load(std::memory_order_relaxed) || is_relayed(request)) return false;
  const auto against = objection(verdict, request);
  return against && against->problem.code != problem("missing_api_key").code;
}

/// False when the request has been answered with 429.
bool Dispatcher::charge(const Request& request, const RateLimiter::Asked& asked, Answer& answer) const {
  const auto refused_by = parts_.limiter.charge(request, asked, answer);
  if (refused_by) parts_.trail.count_limited(request, limits::to_text(*refused_by));
  return !refused_by;
}

/// Redis must be asked after admit(), because admit() does not wait.
bool Dispatcher::awaits_charge(const Request& request) const {
  if (parts_.shared_limits == nullptr) return false;
  const RouteInfo* const route = route_of(request);
  return route != nullptr && route->limit;
}

/// False when the request has been answered with 429. `charged` is set to the shared limits if they made the charge.
Task<bool> Dispatcher::charge_shared(const Request& request, Answer& answer, limits::SharedLimits*& charged) const {
  const RouteInfo& route = parts_.routes.info(request.route);
  const auto own = co_await parts_.limiter.charge_own(request, route, *parts_.shared_limits, answer);
  if (own.refused_by) parts_.trail.count_limited(request, limits::to_text(*own.refused_by));
  if (own.is_shared) charged = parts_.shared_limits;
  co_return !own.refused_by;
}

bool Dispatcher::knows_audience(const Request& request) const {
  const std::string_view wanted = request.headers[http::Field::audience];
  return wanted.empty() || std::ranges::find(parts_.audiences, wanted) != parts_.audiences.end();
}

/// Notes who calls and for which client; false when the request has been answered.
bool Dispatcher::is_within_limits(const Verdict& verdict, Request& request, Answer& answer) const {
  if (verdict) {
    request.caller = *verdict;
    if (is_relayed(request)) {
      request.caller.scopes = {};  // so that a client's fields cannot use them
    } else if (!read_told_client(request)) {
      answer.refuse(problem("invalid_client_address"));
      return false;
    } else if (!knows_audience(request)) {
      answer.refuse(problem("invalid_audience"));
      return false;
    }
  }
  return charge(request,
                {.route = route_of(request),
                 .has_good_key = verdict.has_value(),
                 .needs_key = true,
                 .leaves_own = parts_.shared_limits != nullptr},
                answer);
}

/// False when the caller has been refused.
bool Dispatcher::let_in(const Verdict& verdict, Request& request, Answer& answer) const {
  if (!is_within_limits(verdict, request, answer)) return false;
  const auto against = objection(verdict, request);
  if (!against) return true;
  const bool is_without_key = against->problem.code == problem("missing_api_key").code;
  if (is_without_key || is_relayed(request)) parts_.trail.count_refused(request, against->problem.code);
  refuse_with(against->problem, against->scope, answer);
  return false;
}

/// The same, but a refusal is recorded before it is answered.
Task<bool> Dispatcher::let_in_on_record(const Verdict& verdict, Request& request, Answer& answer) const {
  if (!is_recorded_first(verdict, request)) co_return let_in(verdict, request, answer);
  if (!is_within_limits(verdict, request, answer)) co_return false;
  const auto against = objection(verdict, request);
  co_await parts_.trail.record(request, against->problem.code, against->scope);
  refuse_with(against->problem, against->scope, answer);
  co_return false;
}

const RouteInfo* Dispatcher::route_of(const Request& request) const {
  return request.route == http::no_route ? nullptr : &parts_.routes.info(request.route);
}

/// Finding out who calls may need the schema, too.
bool Dispatcher::is_refused_as_not_ready(Answer& answer) const {
  if (parts_.ready.load(std::memory_order_relaxed)) return false;
  parts_.traffic.count_refused(http::Refusal::not_ready);
  refuse_for_now(answer);
  return true;
}

bool Dispatcher::answer_at_once(const Request& request, Answer& answer) const {
  if (request.route == http::no_route) {
    answer_unrouted(request, answer);
    return true;
  }
  if (request.caller.kind != Caller::Kind::open && is_refused_as_not_ready(answer)) return true;
  try {
    return parts_.routes.endpoint(request.route).handle_now(request, answer);
  } catch (const std::exception& failure) {
    answer_failure(failure.what(), false, request, answer);
    return true;
  }
}

void Dispatcher::answer_unrouted(const Request& request, Answer& answer) const {
  const std::string_view allow = parts_.routes.allow(request.path);
  if (!allow.empty()) answer.add_header("Allow", allow);
  if (request.method == http::Method::options && !is_relayed(request)) return answer.send_empty(Status::no_content);
  if (!allow.empty()) return answer.refuse(problem("method_not_allowed"));
  if (const auto right = parts_.routes.right_spelling(request.path)) return answer_misspelt(*right, request, answer);
  answer.refuse(problem("not_found"));
}

/// Answering as if the path were right would let it bypass a gateway whose rules name only the right one.
void Dispatcher::answer_misspelt(const http::Router::Spelling& right, const Request& request, Answer& answer) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    return refuse_with(problem("path_not_exact"), right.pattern, answer);
  }
  std::string location = right.path;
  if (!request.query.empty()) location.append("?").append(request.query);
  std::string json;
  json::Writer{json}.begin_object().member("location", location).end_object();
  answer.add_header("Location", location);
  answer.send(Status::permanent_redirect, json);
}

Task<> Dispatcher::finish(Request& request, Answer& answer) {
  try {
    co_await run(request, answer);
  } catch (const passwords::HashingOverloaded& overload) {
    // Not a failure, so it is not logged: the log would grow with the load.
    if (!answer.is_sent()) refuse_for_now(answer, overload.retry_after());
  } catch (const database::Unavailable& failure) {
    answer_failure(failure.what(), true, request, answer);
  } catch (const database::Unstorable& failure) {
    if (answer.is_sent() || answer.is_stream_open()) {
      answer_failure(failure.what(), false, request, answer);
    } else {
      answer.refuse(problem("text_not_storable"));
    }
  } catch (const std::exception& failure) {
    answer_failure(failure.what(), false, request, answer);
  }
}

/// Continues where begin() stopped: before the verdict on the caller, before the charge, or before the handler.
Task<> Dispatcher::run(Request& request, Answer& answer) {
  const bool is_unknown = request.caller.kind == Caller::Kind::unknown;
  if (is_unknown) {
    if (is_refused_as_not_ready(answer)) co_return;
    const Verdict verdict = co_await parts_.access.admit(request);
    const bool is_let_in = co_await let_in_on_record(verdict, request, answer);
    if (!is_let_in) co_return;
    if (request.has_lost_body) co_return refuse_for_now(answer);
  }
  const bool is_charged_here = awaits_charge(request);
  limits::SharedLimits* charged = nullptr;
  if (is_charged_here) {
    const bool is_within = co_await charge_shared(request, answer, charged);
    if (!is_within) co_return;
  }
  if ((is_unknown || is_charged_here) && answer_at_once(request, answer)) co_return;
  co_await parts_.routes.endpoint(request.route).handle(request, answer);
  parts_.limiter.settle(request, parts_.routes.info(request.route), answer, charged);
}

void Dispatcher::answer_failure(std::string_view what, bool retry, const Request& request, Answer& answer) const {
  parts_.on_failure({.request = request.scope, .what = what, .is_unavailable = retry});
  if (answer.is_stream_open()) return answer.abort_stream();
  if (answer.is_sent()) return;
  if (retry) {
    refuse_for_now(answer);
  } else {
    answer.refuse(http::problems::internal_error);
  }
}

}  // namespace gatehouse::api
