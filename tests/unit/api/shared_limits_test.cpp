#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <optional>
#include <vector>

#include "api/access/api_keys.hpp"
#include "api/dispatcher.hpp"
#include "noted_trail.hpp"
#include "support/run_task.hpp"
#include "unit/http/answer_fixture.hpp"
#include "unit/limits/scripted_limits.hpp"

namespace gatehouse::api {
namespace {

using namespace std::chrono_literals;
using http::Admission;
using http::Answer;
using http::Method;
using http::Request;
using http::Status;
using limits::Outcome;
using limits::Policy;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A route that counts its calls, and one that does not.
class Counted {
 public:
  Task<> answer(const Request& /*request*/, Answer& answer) {
    ++answers;
    answer.send(status, "{}");
    co_return;
  }

  Status status = Status::ok;
  int answers = 0;

  static constexpr std::array routes{
      Route<Counted>{{Method::get, "/login", "logIn", Access::scope(Scope::auth), Policy::login}, &Counted::answer},
      Route<Counted>{{Method::get, "/free", "getFree", Access::scope(Scope::auth)}, &Counted::answer},
  };
};

std::vector<SecretString> the_key() {
  std::vector<SecretString> keys;
  keys.emplace_back("the key");
  return keys;
}

limits::LimitSettings two_requests_of_an_address() {
  limits::LimitSettings settings;
  settings.quotas = {};
  settings.quotas[static_cast<std::size_t>(Policy::address)] = limits::Quota{2, 1h, 2};
  settings.quotas[static_cast<std::size_t>(Policy::login)] = limits::Quota{1, 1h, 1};
  return settings;
}

class SharedLimitsTest : public http::AnswerFixture {
 protected:
  void SetUp() override {
    AnswerFixture::SetUp();
    request_.method = Method::get;
    request_.path = "/login";
    request_.headers.add(http::Field::api_key, "the key");
    request_.client.is_told = true;
  }

  /// Dispatches as a connection does, and returns the status.
  Status dispatch() {
    answer_.reset(request_);
    request_.caller = {};
    if (dispatcher_.admit(request_, answer_) == Admission::answered) return answer_.status();
    if (dispatcher_.begin(request_, answer_)) return answer_.status();
    gatehouse::testing::run_task(io_, dispatcher_.finish(request_, answer_));
    return answer_.status();
  }

  boost::asio::io_context io_{1};
  Counted counted_;
  const RouteTable routes_ = RouteList<Counted>::bind(counted_);
  const Cors cors_{{}};
  const ApiKeys api_keys_{the_key()};
  crypto::SystemRandom random_;
  limits::RateLimits limits_{two_requests_of_an_address(), random_};
  const RateLimiter limiter_{limits_, 64, [] { return limits::Instant{1h}; }};
  limits::ScriptedLimits shared_;
  NotedTrail trail_;
  http::Traffic traffic_{{}};
  const std::atomic<bool> ready_ = true;
  Dispatcher dispatcher_{{.routes = routes_,
                          .cors = cors_,
                          .access = api_keys_,
                          .limiter = limiter_,
                          .trail = trail_,
                          .traffic = traffic_.add_thread(),
                          .ready = ready_,
                          .on_failure = [](const Dispatcher::Failure& failure) { ADD_FAILURE() << failure.what; },
                          .shared_limits = &shared_}};
};

TEST_F(SharedLimitsTest, PolicyOfTheRoute_IsChargedWhereItIsSharedAndGivenBackThere) {
  shared_.outcomes = {Outcome{}, Outcome{}};
  EXPECT_EQ(dispatch(), Status::ok);
  EXPECT_THAT(shared_.charged, SizeIs(1));
  EXPECT_EQ(shared_.given_back, shared_.charged);
  counted_.status = Status::unauthorized;
  EXPECT_EQ(dispatch(), Status::unauthorized);
  EXPECT_THAT(shared_.given_back, SizeIs(1));
}

TEST_F(SharedLimitsTest, RefusedRequest_IsChargedNowhere) {
  shared_.outcomes = std::deque<std::optional<Outcome>>(5, Outcome{.refused_by = 0});
  for (int i = 0; i < 5; ++i) EXPECT_EQ(dispatch(), Status::too_many_requests) << "its address has two requests";
  EXPECT_EQ(counted_.answers, 0);
  EXPECT_THAT(shared_.given_back, IsEmpty());
  EXPECT_THAT(trail_.notes, SizeIs(5));
  EXPECT_EQ(trail_.notes.front(), "count: login");
}

TEST_F(SharedLimitsTest, RequestThatItsAddressMayNotMake_AsksNobody) {
  request_.path = "/free";
  EXPECT_EQ(dispatch(), Status::ok);
  EXPECT_EQ(dispatch(), Status::ok);
  request_.path = "/login";
  EXPECT_EQ(dispatch(), Status::too_many_requests);
  EXPECT_THAT(shared_.charged, IsEmpty());
}

TEST_F(SharedLimitsTest, BudgetsThatAreAway_LeaveThisProcessItsOwn) {
  shared_.outcomes = {std::nullopt, std::nullopt};
  counted_.status = Status::unauthorized;
  EXPECT_EQ(dispatch(), Status::unauthorized);
  EXPECT_EQ(dispatch(), Status::too_many_requests);
}

TEST_F(SharedLimitsTest, UnitOfThisProcess_IsGivenBackToIt) {
  shared_.outcomes = {std::nullopt, std::nullopt};
  EXPECT_EQ(dispatch(), Status::ok);
  EXPECT_EQ(dispatch(), Status::ok);
  EXPECT_THAT(shared_.given_back, IsEmpty());
}

TEST_F(SharedLimitsTest, BackEndThatSpeaksForNobody_IsNotCounted) {
  request_.client.is_told = false;
  request_.client.is_backend = true;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(dispatch(), Status::ok);
  EXPECT_THAT(shared_.charged, IsEmpty());
}

TEST_F(SharedLimitsTest, UnknownPath_IsAnswered) {
  request_.path = "/nowhere";
  EXPECT_EQ(dispatch(), Status::not_found);
}

}  // namespace
}  // namespace gatehouse::api
