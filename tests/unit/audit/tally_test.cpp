#include "audit/tally.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace gatehouse::audit {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr TimePoint noon{std::chrono::sys_days{std::chrono::year{2026} / 11 / 26} + std::chrono::hours{12}};
constexpr std::size_t many = 100'000;

Refused refused(std::string address) {
  return {.type = EventType::rate_limited, .reason = "login", .actor = "API_KEY", .address = std::move(address)};
}

TEST(TallyTest, SameRefusalsOfAMinute_AreOne) {
  Tally tally;
  for (int i = 0; i < 3; ++i) tally.add(refused("192.0.2.1"), noon + seconds{i * 20});
  tally.add(refused("192.0.2.2"), noon + seconds{59});
  tally.add(refused("192.0.2.1"), noon + minutes{1});
  const auto counts = tally.take(noon + minutes{2}, many);
  ASSERT_EQ(counts.size(), 3u);
  EXPECT_EQ(counts[0].count, 3u);
  EXPECT_EQ(counts[0].refused, refused("192.0.2.1"));
  EXPECT_EQ(counts[0].minute, noon);
  EXPECT_EQ(counts[1].count, 1u);
  EXPECT_EQ(counts[2].minute, noon + minutes{1});
  EXPECT_TRUE(tally.take_all(many).empty());
}

TEST(TallyTest, MinuteThatHasBegun_IsTakenAtTheEndOnly) {
  Tally tally;
  tally.add(refused("192.0.2.1"), noon);
  EXPECT_TRUE(tally.take(noon + seconds{59}, many).empty());
  EXPECT_EQ(tally.take_all(many).size(), 1u);
}

TEST(TallyTest, Take_IsBounded) {
  Tally tally;
  for (int i = 0; i < 5; ++i) tally.add(refused("192.0.2." + std::to_string(i)), noon);
  EXPECT_EQ(tally.take_all(3).size(), 3u);
  EXPECT_EQ(tally.take_all(3).size(), 2u);
}

TEST(TallyTest, WhatIsPutBack_ComesAgainAsItWas) {
  Tally tally;
  tally.add(refused("192.0.2.1"), noon);
  auto taken = tally.take_all(many);
  ASSERT_EQ(taken.size(), 1u);
  taken[0].name = "a name";
  tally.put_back(std::move(taken));
  tally.add(refused("192.0.2.1"), noon);
  EXPECT_EQ(tally.take_all(1).at(0).name, "a name");
  const auto counts = tally.take_all(many);
  ASSERT_EQ(counts.size(), 1u);
  EXPECT_EQ(counts[0].count, 1u) << "the other may be on record already";
  EXPECT_EQ(counts[0].name, "");
}

TEST(TallyTest, BeyondItsBound_AllAddressesAreCountedTogether) {
  Tally tally;
  constexpr std::size_t more = 7;
  for (std::size_t i = 0; i < Tally::entries_max + more; ++i) tally.add(refused(std::to_string(i)), noon);
  tally.add(refused("0"), noon);
  const auto counts = tally.take_all(many);
  ASSERT_EQ(counts.size(), Tally::entries_max + 1);
  EXPECT_EQ(counts[0].refused.address, "");
  EXPECT_EQ(counts[0].count, more);
  EXPECT_EQ(counts[1].count, 2u) << "one that is known is still told apart";
}

TEST(TallyTest, Event_TellsHowManyThereWere) {
  const Event event = event_of({.minute = noon, .refused = refused("192.0.2.1"), .count = 12, .name = "a name"});
  EXPECT_EQ(event.type, EventType::rate_limited);
  EXPECT_EQ(event.at, noon);
  EXPECT_EQ(event.outcome, Outcome::refused);
  EXPECT_EQ(event.reason, "login");
  EXPECT_EQ(event.origin.actor, "API_KEY");
  EXPECT_EQ(event.origin.address, "192.0.2.1");
  EXPECT_EQ(event.details, R"({"count":12,"tally":"a name"})");
}

TEST(TallyTest, ManyThreads_LoseNothing) {
  Tally tally;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&tally] {
      for (int j = 0; j < 1000; ++j) tally.add(refused("192.0.2.1"), noon);
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(tally.take_all(many).at(0).count, 4000u);
}

}  // namespace
}  // namespace gatehouse::audit
