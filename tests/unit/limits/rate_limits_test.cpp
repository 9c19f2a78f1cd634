#include "limits/rate_limits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "crypto/random.hpp"
#include "support/run_task.hpp"
#include "unit/limits/scripted_limits.hpp"
#include "unit/limits/start.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

class RateLimitsTest : public ::testing::Test {
 protected:
  RateLimitsTest() {
    settings_.quotas = {};
    settings_.quotas[static_cast<std::size_t>(Policy::login)] = Quota{2, 60s, 2};
    settings_.quotas[static_cast<std::size_t>(Policy::address)] = Quota{100, 60s, 100};
  }
  Verdict charge(std::vector<Subject> subjects, Instant now = start) { return limits().charge(subjects, now); }
  RateLimits& limits() {
    if (!limits_) limits_.emplace(settings_, random_);
    return *limits_;
  }

  Verdict charge_shared(Subject subject) {
    return gatehouse::testing::run_task(io_, limits().charge_shared(subject, shared_, now_));
  }
  static Outcome outcome_with(std::int64_t remaining) {
    Outcome outcome;
    outcome.standings[0].remaining = remaining;
    return outcome;
  }
  bool page_says(const std::string& line) {
    metrics::Page page;
    limits().write(page);
    return page.text().contains(line);
  }

  boost::asio::io_context io_{1};
  const std::function<Instant()> now_ = [] { return start; };
  ScriptedLimits shared_;
  crypto::SystemRandom random_;
  LimitSettings settings_;
  std::optional<RateLimits> limits_;
};

TEST_F(RateLimitsTest, PolicyThatIsOff_SaysNothing) {
  const Verdict verdict = charge({{Policy::api_key, "key"}});
  EXPECT_TRUE(verdict.is_allowed());
  EXPECT_TRUE(verdict.standings().empty());
}

TEST_F(RateLimitsTest, SameAddressUnderTwoPolicies_IsCountedApart) {
  EXPECT_TRUE(charge({{Policy::login, "a"}}).is_allowed());
  EXPECT_TRUE(charge({{Policy::login, "a"}}).is_allowed());
  EXPECT_FALSE(charge({{Policy::login, "a"}}).is_allowed());
  EXPECT_TRUE(charge({{Policy::address, "a"}}).is_allowed());
  EXPECT_TRUE(charge({{Policy::login, "b"}}).is_allowed());
}

TEST_F(RateLimitsTest, Refusal_NamesThePolicyAndWhenToComeBack) {
  for (int i = 0; i < 2; ++i) EXPECT_TRUE(charge({{Policy::address, "a"}, {Policy::login, "a"}}).is_allowed());
  const Verdict verdict = charge({{Policy::address, "a"}, {Policy::login, "a"}});
  ASSERT_EQ(verdict.refused_by, 1U);
  EXPECT_EQ(verdict.standings()[1].policy, Policy::login);
  EXPECT_EQ(verdict.standings()[1].standing, (Standing{0, 30s}));
  EXPECT_EQ(verdict.standings()[0].standing.remaining, 98);
}

TEST_F(RateLimitsTest, SharedBudgets_DecideAndAreCounted) {
  shared_.outcomes = {outcome_with(1), Outcome{.refused_by = 0}};
  const Verdict granted = charge_shared({Policy::login, "a"});
  EXPECT_TRUE(granted.is_allowed());
  EXPECT_TRUE(granted.is_shared);
  EXPECT_EQ(granted.standings()[0].standing.remaining, 1);
  EXPECT_EQ(charge_shared({Policy::login, "a"}).refused_by, 0U);
  EXPECT_THAT(shared_.charged, ElementsAre("login a", "login a"));
  EXPECT_TRUE(page_says("gatehouse_rate_limited_total{policy=\"login\"} 1"));
  EXPECT_TRUE(charge({{Policy::login, "a"}}).is_allowed()) << "this process has counted nothing";
}

TEST_F(RateLimitsTest, SharedBudgetsThatAreAway_LeaveThisProcessItsOwn) {
  shared_.outcomes = {std::nullopt, std::nullopt, std::nullopt};
  for (int i = 0; i < 2; ++i) {
    const Verdict verdict = charge_shared({Policy::login, "a"});
    EXPECT_TRUE(verdict.is_allowed());
    EXPECT_FALSE(verdict.is_shared);
  }
  EXPECT_FALSE(charge_shared({Policy::login, "a"}).is_allowed());
}

TEST_F(RateLimitsTest, PolicyThatIsOff_AsksNoSharedBudget) {
  EXPECT_TRUE(charge_shared({Policy::registration, "a"}).is_allowed());
  limits().give_back_shared({Policy::registration, "a"}, shared_);
  EXPECT_TRUE(shared_.charged.empty());
  EXPECT_TRUE(shared_.given_back.empty());
}

TEST_F(RateLimitsTest, UnitOfSharedBudgets_IsGivenBackThere) {
  limits().give_back_shared({Policy::login, "a"}, shared_);
  EXPECT_THAT(shared_.given_back, ElementsAre("login a"));
}

TEST_F(RateLimitsTest, UnitGivenBack_IsThereAgain) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(charge({{Policy::login, "a"}}).is_allowed());
    limits().give_back({Policy::login, "a"}, start);
  }
}

}  // namespace
}  // namespace gatehouse::limits
