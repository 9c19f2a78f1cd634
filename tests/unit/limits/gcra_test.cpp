#include "limits/gcra.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "unit/limits/start.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

constexpr Quota ten_a_second{.units = 10, .window = 1s, .burst = 3};

/// Uses units until none is left; returns how many there were.
int use_all(Instant& arrival, const Quota& quota, Instant now) {
  int used = 0;
  while (const auto next = use_unit(arrival, quota, now)) {
    arrival = *next;
    ++used;
  }
  return used;
}

TEST(Gcra, NewKey_HasItsBurst) {
  Instant arrival{0};
  EXPECT_EQ(standing(arrival, ten_a_second, start), (Standing{3, 0s}));
  EXPECT_EQ(use_all(arrival, ten_a_second, start), 3);
  EXPECT_EQ(standing(arrival, ten_a_second, start), (Standing{0, 1s}));
}

TEST(Gcra, OneIntervalLater_ThereIsOneUnit) {
  Instant arrival{0};
  use_all(arrival, ten_a_second, start);
  EXPECT_EQ(use_all(arrival, ten_a_second, start + 100ms - 1us), 0);
  EXPECT_EQ(use_all(arrival, ten_a_second, start + 100ms), 1);
}

TEST(Gcra, LongAfter_ThereIsTheBurstAndNotMore) {
  Instant arrival{0};
  use_all(arrival, ten_a_second, start);
  EXPECT_EQ(use_all(arrival, ten_a_second, start + 24h), 3);
}

TEST(Gcra, UnitGivenBack_CanBeUsedAgain) {
  Instant arrival{0};
  use_all(arrival, ten_a_second, start);
  arrival = give_back_unit(arrival, ten_a_second, start);
  EXPECT_EQ(use_all(arrival, ten_a_second, start), 1);
}

TEST(Gcra, UnitGivenBackTwice_NeverExceedsTheBurst) {
  Instant arrival{0};
  for (int i = 0; i < 5; ++i) arrival = give_back_unit(arrival, ten_a_second, start);
  EXPECT_EQ(use_all(arrival, ten_a_second, start), 3);
}

TEST(Gcra, WindowThatItsUnitsDoNotDivide_NeverHoldsMore) {
  constexpr Quota seven{.units = 7, .window = 1s, .burst = 1};
  Instant arrival{0};
  int used = 0;
  for (Instant now = start; now < start + 1000s; now += 1ms) used += use_all(arrival, seven, now);
  EXPECT_LE(used, 7001);
  EXPECT_GE(used, 6900);
}

/// A bucket that fills by a microsecond every microsecond and is emptied by a unit's price, its interval: what GCRA is
/// said to be equivalent to.
class ExactBucket {
 public:
  ExactBucket(const Quota& quota, Instant now)
      : price_(quota.interval()), size_(quota.burst * price_), filled_at_(now) {}

  bool use(Instant now) {
    fill(now);
    if (level_ < price_) return false;
    level_ -= price_;
    return true;
  }
  void give_back(Instant now) {
    fill(now);
    level_ = std::min(level_ + price_, size_);
  }
  Standing standing(Instant now) {
    fill(now);
    const auto whole = level_ / price_;
    const Instant to_next = level_ == size_ ? Instant{0} : (whole + 1) * price_ - level_;
    return {whole, std::chrono::ceil<std::chrono::seconds>(to_next)};
  }

 private:
  void fill(Instant now) {
    level_ = std::min(level_ + (now - filled_at_), size_);
    filled_at_ = now;
  }
  Instant price_;
  Instant size_;
  Instant level_ = size_;
  Instant filled_at_;
};

class GcraAgainstABucket : public ::testing::TestWithParam<Quota> {};

TEST_P(GcraAgainstABucket, RandomTimes_SameAnswers) {
  const Quota quota = GetParam();
  for (unsigned seed = 1; seed <= 50; ++seed) {
    std::mt19937_64 random{seed};
    std::exponential_distribution<double> pause{1.0 / static_cast<double>(quota.interval().count())};
    Instant now = start;
    Instant arrival{0};
    ExactBucket bucket{quota, now};
    for (int step = 0; step < 2000; ++step) {
      now += Instant{static_cast<std::int64_t>(pause(random))};
      if (random() % 10 == 0) {
        arrival = give_back_unit(arrival, quota, now);
        bucket.give_back(now);
      } else {
        const auto next = use_unit(arrival, quota, now);
        ASSERT_EQ(next.has_value(), bucket.use(now)) << "seed " << seed << ", step " << step;
        arrival = next.value_or(arrival);
      }
      ASSERT_EQ(standing(arrival, quota, now), bucket.standing(now)) << "seed " << seed << ", step " << step;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Quotas, GcraAgainstABucket,
                         ::testing::Values(ten_a_second, Quota{60, 300s, 20}, Quota{6000, 60s, 1000}, Quota{1, 1s, 1},
                                           Quota{1'000'000, 1s, 5}));

}  // namespace
}  // namespace gatehouse::limits
