#include "limits/redis_limits.hpp"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "redis/command.hpp"
#include "runtime/socket_reactor.hpp"
#include "runtime/task_group.hpp"
#include "support/patience.hpp"
#include "support/run_task.hpp"
#include "support/run_until.hpp"
#include "support/test_redis.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using gatehouse::testing::patience;
using gatehouse::testing::run_task;
using gatehouse::testing::run_until;
using gatehouse::testing::TestRedis;

/// The scripts, in the suite's own Redis.
class RedisLimitsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (TestRedis::is_installed()) server_ = std::make_unique<TestRedis>();
  }
  static void TearDownTestSuite() { server_ = nullptr; }

  void SetUp() override {
    if (!server_) GTEST_SKIP() << "redis-server is not installed";
    settings_.servers = {{"127.0.0.1", server_->port()}};
    settings_.timeout = patience;
    client_ = std::make_unique<redis::Client>(redis::Client::Parts{
        .settings = settings_, .reach = reach_, .probe = redis_probe(), .seed = 7, .on_change = [](auto&&...) {}});
    limits_ = std::make_unique<RedisLimits>(*client_, keys_);
    background_.spawn(client_->keep());
    ASSERT_TRUE(run_until(io_, [this] { return reach_.is_up(); }));
    ask({"FLUSHALL"});
  }
  void TearDown() override {
    background_.cancel();
    run_until(io_, [this] { return background_.is_empty(); });
  }

  redis::Reply ask(std::vector<std::string_view> words) { return send(redis::to_command(words)); }
  redis::Reply send(std::string command) { return run_task(io_, client_->ask(std::move(command))).value(); }
  Outcome charge(const std::vector<SharedCharge>& charges) { return run_task(io_, limits_->charge(charges)).value(); }

  static std::unique_ptr<TestRedis> server_;

  boost::asio::io_context io_{1};
  runtime::SocketReactor& reactor_ = boost::asio::use_service<runtime::SocketReactor>(io_);
  redis::RedisSettings settings_;
  redis::Reach reach_;
  const SharedKeys keys_{SecretString{"a secret"}};
  std::unique_ptr<redis::Client> client_;
  std::unique_ptr<RedisLimits> limits_;
  runtime::TaskGroup background_{io_, [](std::string_view what) { ADD_FAILURE() << what; }};
};

std::unique_ptr<TestRedis> RedisLimitsTest::server_;

constexpr Quota two_an_hour{2, 1h, 2};

TEST_F(RedisLimitsTest, Budget_IsGrantedOnceAndTheKeyEnds) {
  const std::vector<SharedCharge> charges{{{Policy::login, "ada"}, two_an_hour}};
  EXPECT_EQ(charge(charges).standings[0].remaining, 1);
  EXPECT_EQ(charge(charges).standings[0].remaining, 0);
  EXPECT_EQ(charge(charges).refused_by, 0U);
  const std::string key = keys_.of(charges[0].subject);
  const std::int64_t left_ms = ask({"PTTL", key}).integer;
  EXPECT_GT(left_ms, 3'500'000);
  EXPECT_LE(left_ms, 3'600'001);  // its end is rounded up to a millisecond
}

TEST_F(RedisLimitsTest, ChargesOfARequest_AreMadeTogetherOrNotAtAll) {
  const SharedCharge scarce{{Policy::login, "ada"}, {1, 1h, 1}};
  const SharedCharge ample{{Policy::registration, "ada"}, {10, 1h, 10}};
  EXPECT_TRUE(charge({ample, scarce}).is_allowed());
  const Outcome refused = charge({ample, scarce});
  EXPECT_EQ(refused.refused_by, 1U);
  EXPECT_EQ(refused.standings[0].remaining, 9);
  EXPECT_EQ(charge({ample}).standings[0].remaining, 8) << "the refused request was charged";
}

TEST_F(RedisLimitsTest, UnitGivenBack_IsThereAgainAndAWholeBudgetIsNoKey) {
  const SharedCharge one{{Policy::login, "ada"}, two_an_hour};
  (void)charge({one});
  (void)charge({one});
  limits_->give_back(one);
  EXPECT_TRUE(charge({one}).is_allowed());
  limits_->give_back(one);
  limits_->give_back(one);
  limits_->give_back(one);
  EXPECT_EQ(ask({"EXISTS", keys_.of(one.subject)}).integer, 0);
}

TEST_F(RedisLimitsTest, ForgottenScripts_AreSentAgain) {
  const SharedCharge one{{Policy::login, "ada"}, two_an_hour};
  (void)charge({one});
  ask({"SCRIPT", "FLUSH"});
  EXPECT_EQ(charge({one}).standings[0].remaining, 0);
}

TEST_F(RedisLimitsTest, KeyThatHoldsSomethingElse_CountsAsWhole) {
  const SharedCharge one{{Policy::login, "ada"}, two_an_hour};
  ask({"SET", keys_.of(one.subject), "nonsense"});
  EXPECT_EQ(charge({one}).standings[0].remaining, 1);
}

TEST_F(RedisLimitsTest, KeyOfAnotherType_IsAnErrorAndGivesRedisUp) {
  const SharedCharge one{{Policy::login, "ada"}, two_an_hour};
  ask({"LPUSH", keys_.of(one.subject), "nonsense"});
  EXPECT_FALSE(run_task(io_, limits_->charge({&one, 1})));
  EXPECT_FALSE(run_task(io_, client_->ask(redis::to_command(std::array<std::string_view, 1>{"PING"}))));
}

/// Random histories, by Redis's own clock: for the time that the script reports, gcra.cpp must give the same result.
class ScriptHistories : public RedisLimitsTest {
 protected:
  using Model = std::map<std::string, Instant>;

  void run_history(unsigned seed) {
    std::minstd_rand random{seed};
    Model model;
    std::vector<KeyCharge> known;
    for (const char* const key : {" a", " b", " c", " d"}) known.push_back({std::to_string(seed) + key, quota(random)});
    for (int step = 0; step < 60; ++step) {
      std::ranges::shuffle(known, random);
      const auto count = 1 + random() % charges_max;
      const std::vector<KeyCharge> charges(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(count));
      if (random() % 4 == 0) {
        give_back(charges.front(), model);
      } else {
        expect_agreement(charges, model);
      }
    }
  }

 private:
  /// With intervals from a fifth of a millisecond, so that units come back between two commands, up to an hour.
  static Quota quota(std::minstd_rand& random) {
    constexpr std::array<std::uint32_t, 4> units{5'000, 1'000, 30, 1};
    constexpr std::array<std::chrono::seconds, 3> windows{1s, 2s, 1h};
    return {units[random() % units.size()], windows[random() % windows.size()],
            static_cast<std::uint32_t>(1 + random() % 6)};
  }

  void expect_agreement(const std::vector<KeyCharge>& charges, Model& model) {
    const redis::Reply reply = send(charging(charges).by_text());
    ASSERT_EQ(reply.items.size(), 2 + charges.size()) << reply.text;
    const Instant now{reply.items[1].integer};
    Outcome expected;
    std::vector<Instant> after;
    for (std::size_t i = 0; i < charges.size(); ++i) {
      const Instant before = model[charges[i].key];
      // Redis has forgotten a budget that is whole again.
      if (before > now) {
        EXPECT_EQ(reply.items[2 + i].integer, before.count());
      }
      const auto used = use_unit(before, charges[i].quota, now);
      if (!used && !expected.refused_by) expected.refused_by = i;
      after.push_back(used.value_or(before));
    }
    for (std::size_t i = 0; i < charges.size(); ++i) {
      if (expected.is_allowed()) model[charges[i].key] = after[i];
      expected.standings[i] = standing(model[charges[i].key], charges[i].quota, now);
    }
    EXPECT_EQ(outcome_in(reply, charges), expected);
  }

  void give_back(const KeyCharge& charge, Model& model) {
    send(giving_back({&charge, 1}).by_text());
    Instant& arrival = model[charge.key];
    const redis::Reply kept = ask({"GET", charge.key});
    if (kept.kind == redis::Reply::Kind::text) {
      EXPECT_EQ(Instant{std::stoll(kept.text)}, give_back_unit(arrival, charge.quota, Instant{0}));
      arrival = Instant{std::stoll(kept.text)};
    } else {
      const redis::Reply time = ask({"TIME"});
      const Instant now =
          std::chrono::seconds{std::stoll(time.items.at(0).text)} + Instant{std::stoll(time.items.at(1).text)};
      EXPECT_LE(give_back_unit(arrival, charge.quota, Instant{0}), now);
      arrival = Instant{0};
    }
  }
};

TEST_F(ScriptHistories, EveryHistory_GoesAsInTheMemoryOfAProcess) {
  for (unsigned seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    run_history(seed);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace gatehouse::limits
