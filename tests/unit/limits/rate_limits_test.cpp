#include "limits/rate_limits.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "crypto/random.hpp"
#include "unit/limits/start.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

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

TEST_F(RateLimitsTest, UnitGivenBack_IsThereAgain) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(charge({{Policy::login, "a"}}).is_allowed());
    limits().give_back({Policy::login, "a"}, start);
  }
}

}  // namespace
}  // namespace gatehouse::limits
