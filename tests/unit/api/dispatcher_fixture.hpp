#pragma once

#include <array>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/access/api_keys.hpp"
#include "api/dispatcher.hpp"
#include "database/errors.hpp"
#include "no_limits.hpp"
#include "noted_trail.hpp"
#include "support/run_task.hpp"
#include "unit/http/answer_fixture.hpp"

namespace gatehouse::api {

inline std::vector<SecretString> one_key() {
  std::vector<SecretString> keys;
  keys.emplace_back("the key");
  return keys;
}

/// A resource whose answers are the test's.
class Thing {
 public:
  Task<> answer(const http::Request& request, http::Answer& answer) { return on_answer(request, answer); }
  bool answer_now(const http::Request& request, http::Answer& answer) {
    return on_answer_now && on_answer_now(request, answer);
  }

  std::function<Task<>(const http::Request&, http::Answer&)> on_answer;
  std::function<bool(const http::Request&, http::Answer&)> on_answer_now;

  static constexpr std::array routes{
      Route<Thing>{{http::Method::get, "/thing", "getThing", Access::scope(Scope::users_read)},
                   &Thing::answer,
                   &Thing::answer_now},
      Route<Thing>{{http::Method::put, "/thing", "setThing", Access::scope(Scope::users_read, Scope::users_write)},
                   &Thing::answer},
      Route<Thing>{{http::Method::get, "/open", "getOpenThing", Access::open()}, &Thing::answer},
      Route<Thing>{{http::Method::get, "/health", "getHealth", Access::open()}, &Thing::answer},
      Route<Thing>{{http::Method::get, "/health/ready", "getReadiness", Access::open()}, &Thing::answer},
      Route<Thing>{{http::Methods::any(), "/gate", "askGate", Access::scope(Scope::forward_auth)}, &Thing::answer},
  };
};

/// A policy that has to be waited for, like one that asks a database.
class SlowPolicy final : public AccessPolicy {
 public:
  [[nodiscard]] std::optional<Verdict> admit_now(const http::Request&) const override { return std::nullopt; }
  [[nodiscard]] Task<Verdict> admit(const http::Request&) const override {
    if (is_away) throw database::Unavailable{database::Unavailable::Reason::connection, "gone"};
    co_return verdict;
  }

  Verdict verdict = Caller{.kind = Caller::Kind::env, .scopes = {Scope::users_read}, .name = "slow"};
  bool is_away = false;
};

/// A dispatcher that knows one key, and one whose policy has to be waited for.
class DispatcherFixture : public http::AnswerFixture {
 protected:
  void SetUp() override {
    AnswerFixture::SetUp();
    request_.method = http::Method::get;
    request_.path = "/thing";
    request_.headers.add(http::Field::api_key, "the key");
  }

  /// Dispatches as a connection does, from the complete request to the answer.
  void dispatch(Dispatcher& dispatcher) {
    if (dispatcher.admit(request_, answer_) == http::Admission::answered) return;
    if (dispatcher.begin(request_, answer_)) return;
    boost::asio::io_context io{1};
    testing::run_task(io, dispatcher.finish(request_, answer_));
  }
  void dispatch() { dispatch(dispatcher_); }

  Dispatcher dispatcher_with(const AccessPolicy& access) {
    return Dispatcher{{.routes = routes_,
                       .cors = cors_,
                       .access = access,
                       .limiter = no_limits_.limiter(),
                       .trail = trail_,
                       .traffic = traffic_,
                       .ready = ready_,
                       .on_failure = [this](const Dispatcher::Failure& failure) {
                         failures_.push_back(std::string{failure.request.request_id} + ": " +
                                             std::string{failure.what});
                       }}};
  }

  Thing thing_;
  const RouteTable routes_ = RouteList<Thing>::bind(thing_);
  const Cors cors_{{"https://app.example"}};
  const ApiKeys api_keys_{one_key()};
  const NoLimits no_limits_;
  NotedTrail trail_;
  http::Traffic counted_{{}};
  http::ThreadTraffic& traffic_ = counted_.add_thread();
  SlowPolicy slow_policy_;
  std::atomic<bool> ready_ = true;
  std::vector<std::string> failures_;
  Dispatcher dispatcher_ = dispatcher_with(api_keys_);
  Dispatcher waiting_dispatcher_ = dispatcher_with(slow_policy_);
};

inline Task<> greet(const http::Request&, http::Answer& answer) {
  answer.send(http::Status::ok, "{}");
  co_return;
}

}  // namespace gatehouse::api
