#include "limits/memory_limits.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "unit/limits/start.hpp"

namespace gatehouse::limits {
namespace {

using namespace std::chrono_literals;

constexpr Quota two{.units = 2, .window = 60s, .burst = 2};
constexpr Quota one{.units = 1, .window = 60s, .burst = 1};

Key key_of(std::uint64_t number) {
  std::mt19937_64 random{number};
  return {random(), random()};
}

bool allows(MemoryLimits& limits, std::vector<Charge> charges, Instant now = start) {
  return limits.charge(charges, now).is_allowed();
}

TEST(MemoryLimits, KeysAreCountedApart) {
  MemoryLimits limits{1000};
  EXPECT_TRUE(allows(limits, {{key_of(1), one}}));
  EXPECT_FALSE(allows(limits, {{key_of(1), one}}));
  EXPECT_TRUE(allows(limits, {{key_of(2), one}}));
}

TEST(MemoryLimits, OneOfSeveralHasNothingLeft_NoneIsCharged) {
  MemoryLimits limits{1000};
  EXPECT_TRUE(allows(limits, {{key_of(1), two}, {key_of(2), one}}));
  const std::vector<Charge> both{{key_of(1), two}, {key_of(2), one}};
  const Outcome refused = limits.charge(both, start);
  EXPECT_EQ(refused.refused_by, 1U);
  EXPECT_EQ(refused.standings[0].remaining, 1);
  EXPECT_TRUE(allows(limits, {{key_of(1), two}})) << "the refused request was charged to the other key";
}

TEST(MemoryLimits, ChargeGivenBack_IsThereAgain) {
  MemoryLimits limits{1000};
  EXPECT_TRUE(allows(limits, {{key_of(1), one}}));
  limits.give_back({key_of(1), one}, start);
  EXPECT_TRUE(allows(limits, {{key_of(1), one}}));
}

TEST(MemoryLimits, FewKeys_TakeLittleMemory) {
  MemoryLimits limits{500'000};
  EXPECT_LE(limits.places() * 24, 100U * 1024);
}

TEST(MemoryLimits, MoreKeysThanItMayHold_StaysWithinItsBound) {
  MemoryLimits limits{10'000};
  for (std::uint64_t i = 0; i < 50'000; ++i) EXPECT_TRUE(allows(limits, {{key_of(i), one}}));
  EXPECT_LE(limits.places(), 10'000U);
}

/// A flood of new keys must not give a used-up key its budget back.
TEST(MemoryLimits, FloodOfNewKeys_DoesNotForgetAKeyThatIsFarOverItsLimit) {
  constexpr Quota slow{.units = 100, .window = 24h, .burst = 100};
  MemoryLimits limits{2'000};
  while (allows(limits, {{key_of(1'000'000), slow}})) {
  }
  for (std::uint64_t i = 0; i < 100'000; ++i) EXPECT_TRUE(allows(limits, {{key_of(i), slow}}));
  EXPECT_FALSE(allows(limits, {{key_of(1'000'000), slow}}));
}

/// Nor may one of keys with longer windows, whose budgets are whole again later than the used-up one.
TEST(MemoryLimits, FloodOfKeysWithALongWindow_DoesNotForgetAUsedUpKeyWithAShortOne) {
  constexpr Quota slow{.units = 100, .window = 24h, .burst = 100};
  MemoryLimits limits{2'000};
  while (allows(limits, {{key_of(1'000'000), two}})) {
  }
  for (std::uint64_t i = 0; i < 100'000; ++i) EXPECT_TRUE(allows(limits, {{key_of(i), slow}}));
  EXPECT_FALSE(allows(limits, {{key_of(1'000'000), two}}));
}

TEST(MemoryLimits, KeysThatAreWholeAgain_MakeRoom) {
  MemoryLimits limits{500'000};
  for (std::uint64_t i = 0; i < 4'000; ++i) EXPECT_TRUE(allows(limits, {{key_of(i), one}}));
  const std::size_t places = limits.places();
  for (std::uint64_t i = 4'000; i < 8'000; ++i) EXPECT_TRUE(allows(limits, {{key_of(i), one}}, start + 1h));
  EXPECT_LE(limits.places(), 2 * places);
}

TEST(MemoryLimits, ManyThreads_NeverGrantMoreThanTheBurst) {
  constexpr Quota hundred{.units = 100, .window = 24h, .burst = 100};
  MemoryLimits limits{1000};
  const std::vector<Charge> forwards{{key_of(1), hundred}, {key_of(2), hundred}, {key_of(3), hundred}};
  const std::vector<Charge> backwards{forwards.rbegin(), forwards.rend()};
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (int j = 0; j < 200; ++j) granted += limits.charge(i % 2 == 0 ? forwards : backwards, start).is_allowed();
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(granted, 100);
}

}  // namespace
}  // namespace gatehouse::limits
