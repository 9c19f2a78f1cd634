#include "api/access/rate_limiter.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>

#include "api/problems.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {

using http::Answer;
using http::Request;
using limits::Policy;
using limits::PolicyStanding;
using limits::Subject;

namespace {

/// The subjects whose budgets a request uses.
struct Subjects {
  std::array<Subject, limits::charges_max> list{};
  std::size_t count = 0;

  void add(Policy policy, std::string_view whose) { list[count++] = {policy, whose}; }
  [[nodiscard]] std::span<const Subject> all() const { return std::span{list}.first(count); }
};

/// A back end that does not say for which client it asks is not a user, and neither are all its users together.
bool is_a_user(const http::Client& client) { return client.is_told || !client.is_backend; }

/// The block of a client's address as bytes.
class BlockText {
 public:
  BlockText(const http::Client& client, unsigned v6_prefix) {
    const http::AddressBlock block = http::block_of(client.address, v6_prefix);
    bytes_[0] = block.is_v6 ? '6' : '4';
    std::memcpy(bytes_.data() + 1, &block.bits, sizeof block.bits);
  }
  [[nodiscard]] std::string_view view() const { return {bytes_.data(), bytes_.size()}; }

 private:
  std::array<char, 1 + sizeof(std::uint64_t)> bytes_{};
};

Subjects subjects_of(const Request& request, const RateLimiter::Asked& asked, std::string_view address) {
  Subjects subjects;
  if (is_a_user(request.client)) subjects.add(Policy::address, address);
  if (asked.has_good_key) subjects.add(Policy::api_key, request.caller.identity());
  if (asked.needs_key && !asked.has_good_key) subjects.add(Policy::bad_key, address);
  if (!asked.leaves_own && asked.has_good_key && asked.route != nullptr && asked.route->limit &&
      is_a_user(request.client)) {
    subjects.add(*asked.route->limit, address);
  }
  return subjects;
}

/// Whether a back end calls a route that counts its users' calls without saying for which client.
bool misses_a_user(const Request& request, const RateLimiter::Asked& asked) {
  return asked.route != nullptr && asked.route->limit && asked.has_good_key && !is_a_user(request.client);
}

/// Appends a String item with parameters (RFC 9651 section 3.3), after a comma unless it is the first.
void add_item(std::string& list, std::string_view name, std::string_view first, std::int64_t one,
              std::string_view second, std::int64_t two) {
  list.append(list.empty() ? "\"" : ", \"").append(name).append("\";").append(first).append("=");
  list.append(std::to_string(one)).append(";").append(second).append("=").append(std::to_string(two));
}

/// The route's own policy is always shown; the others only when little is left.
bool shows(const PolicyStanding& one, const RateLimiter::Asked& asked) {
  constexpr std::int64_t little = 10;
  const bool is_own = asked.route != nullptr && asked.route->limit == one.policy;
  return is_own || one.standing.remaining * little < one.quota.units;
}

void add_fields(const limits::Verdict& verdict, const RateLimiter::Asked& asked, Answer& answer) {
  std::string policies;
  std::string standings;
  for (const PolicyStanding& one : verdict.standings()) {
    if (!shows(one, asked)) continue;
    const std::string_view name = to_text(one.policy);
    add_item(policies, name, "q", one.quota.units, "w", one.quota.window.count());
    add_item(standings, name, "r", one.standing.remaining, "t", one.standing.reset.count());
  }
  if (policies.empty()) return;
  answer.add_header("RateLimit-Policy", policies);
  answer.add_header("RateLimit", standings);
}

/// Problem details (RFC 9457), with the type and the member of the draft on RateLimit fields.
std::string problem_details(std::string_view policy, const http::Problem& problem, const Request& request) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("type", "https://iana.org/assignments/http-problem-types#quota-exceeded");
  writer.member("title", problem.text).member("status", static_cast<unsigned>(problem.status));
  writer.member("code", problem.code).member("requestId", request.id);
  writer.key("violated-policies").begin_array().value(policy).end_array().end_object();
  return json;
}

void refuse_for_budget(const PolicyStanding& refused_by, const Request& request, Answer& answer) {
  constexpr std::string_view details_type = "application/problem+json";
  const http::Problem& problem = api::problem("rate_limited");
  const auto wait = std::max(refused_by.standing.reset, std::chrono::seconds{1});
  answer.add_header("Retry-After", std::to_string(wait.count()));
  if (!request.headers[http::Field::accept].contains(details_type)) return answer.refuse(problem);
  answer.send(problem.status, problem_details(to_text(refused_by.policy), problem, request),
              http::MediaType::problem_json);
}

}  // namespace

std::optional<Policy> RateLimiter::charge(const Request& request, const Asked& asked, Answer& answer) const {
  const BlockText address{request.client, v6_prefix_};
  const Subjects subjects = subjects_of(request, asked, address.view());
  if (misses_a_user(request, asked)) unknown_.add();
  if (subjects.count == 0) return std::nullopt;
  const limits::Verdict verdict = limits_.charge(subjects.all(), now_());
  add_fields(verdict, asked, answer);
  if (verdict.is_allowed()) return std::nullopt;
  const PolicyStanding& refused_by = verdict.standings()[*verdict.refused_by];
  refuse_for_budget(refused_by, request, answer);
  return refused_by.policy;
}

Task<RateLimiter::OwnCharge> RateLimiter::charge_own(const Request& request, const RouteInfo& route,
                                                     limits::SharedLimits& shared, Answer& answer) const {
  if (!route.limit || !is_a_user(request.client)) co_return OwnCharge{};
  const BlockText address{request.client, v6_prefix_};
  const Subject own{*route.limit, address.view()};
  const limits::Verdict verdict = co_await limits_.charge_shared(own, shared, now_);
  const Asked asked{.route = &route, .has_good_key = true, .needs_key = true, .leaves_own = true};
  add_fields(verdict, asked, answer);
  if (verdict.is_allowed()) co_return OwnCharge{.refused_by = {}, .is_shared = verdict.is_shared};
  const Subjects paid = subjects_of(request, asked, address.view());
  for (const Subject& subject : paid.all()) limits_.give_back(subject, now_());
  refuse_for_budget(verdict.standings().front(), request, answer);
  co_return OwnCharge{.refused_by = own.policy, .is_shared = verdict.is_shared};
}

void RateLimiter::write(metrics::Page& page) const {
  page.counter("gatehouse_client_address_unknown_total",
               "Logins and similar calls in which a back end did not name its client.", unknown_.value());
}

void RateLimiter::settle(const Request& request, const RouteInfo& route, const Answer& answer,
                         limits::SharedLimits* shared) const {
  const bool is_free = route.limit == Policy::login && answer.status() == http::Status::ok;
  if (!is_free || !is_a_user(request.client)) return;
  const BlockText address{request.client, v6_prefix_};
  const Subject own{Policy::login, address.view()};
  if (shared != nullptr) return limits_.give_back_shared(own, *shared);
  limits_.give_back(own, now_());
}

}  // namespace gatehouse::api
