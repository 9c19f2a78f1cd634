#include "database/postgres/wanted_position.hpp"

#include <gtest/gtest.h>

#include "support/manual_boot_clock.hpp"

namespace gatehouse::database::postgres {
namespace {

constexpr std::chrono::milliseconds trust{2'500};
constexpr LogPosition early{.timeline = 1, .bytes = 100};
constexpr LogPosition late{.timeline = 1, .bytes = 200};

class WantedPositionTest : public ::testing::Test {
 protected:
  void prove() { wanted_.on_feed_proved(clock_.now() + trust); }
  void learn(LogPosition position) { wanted_.learn(wanted_.ticket(), position); }
  bool is_known() { return wanted_.get().has_value(); }

  gatehouse::testing::ManualBootClock clock_;
  WantedPosition wanted_{clock_};
};

TEST_F(WantedPositionTest, Feed_NeverProven_NothingIsAskedNorKnown) {
  EXPECT_FALSE(wanted_.begin_asking());
  learn(early);
  EXPECT_FALSE(is_known());
}

TEST_F(WantedPositionTest, AskedAfterTheProof_IsKnown) {
  prove();
  const auto ticket = wanted_.begin_asking();
  ASSERT_TRUE(ticket);
  wanted_.learn(*ticket, early);
  ASSERT_TRUE(is_known());
  EXPECT_EQ(wanted_.get()->bytes, early.bytes);
}

TEST_F(WantedPositionTest, OnlyOneAsks_UntilSomethingIsAnnounced) {
  prove();
  EXPECT_TRUE(wanted_.begin_asking());
  EXPECT_FALSE(wanted_.begin_asking());
  wanted_.on_announcement({"session", 1});
  EXPECT_TRUE(wanted_.begin_asking());
}

TEST_F(WantedPositionTest, KnownPosition_IsNotAskedAgain) {
  prove();
  learn(early);
  EXPECT_FALSE(wanted_.begin_asking());
}

TEST_F(WantedPositionTest, EveryKindOfNews_MakesItUnknown) {
  const std::vector<void (*)(WantedPosition&)> news{
      [](WantedPosition& wanted) { wanted.on_announcement({"session", 1}); },
      [](WantedPosition& wanted) { wanted.on_announcement({"a_topic_of_tomorrow", 1}); },
      [](WantedPosition& wanted) { wanted.on_unknown_change(); },
      [](WantedPosition& wanted) { wanted.on_feed_lost(); },
  };
  for (const auto& tell : news) {
    prove();
    learn(early);
    ASSERT_TRUE(is_known());
    tell(wanted_);
    EXPECT_FALSE(is_known());
  }
}

TEST_F(WantedPositionTest, PositionAskedBeforeAnAnnouncement_DoesNotCoverIt) {
  prove();
  const auto ticket = wanted_.begin_asking();
  ASSERT_TRUE(ticket);
  wanted_.on_announcement({"session", 1});
  wanted_.learn(*ticket, early);
  EXPECT_FALSE(is_known());
  learn(late);
  EXPECT_EQ(wanted_.get()->bytes, late.bytes);
}

TEST_F(WantedPositionTest, PositionAskedWhileTheFeedWasDeaf_DoesNotCount) {
  const auto ticket = wanted_.ticket();
  prove();
  wanted_.learn(ticket, early);
  EXPECT_FALSE(is_known());
}

TEST_F(WantedPositionTest, AnotherProof_HasItAskedAgain) {
  prove();
  ASSERT_TRUE(wanted_.begin_asking());  // and no answer comes
  prove();
  EXPECT_TRUE(wanted_.begin_asking());
}

TEST_F(WantedPositionTest, EndOfTheProof_EndsItWithoutAnEvent) {
  prove();
  learn(early);
  clock_.advance(trust - std::chrono::nanoseconds{1});
  EXPECT_TRUE(is_known());
  clock_.advance(std::chrono::nanoseconds{1});
  EXPECT_FALSE(is_known());
  EXPECT_FALSE(wanted_.begin_asking());
}

TEST(LogPosition, Covers_WhatIsNotBehindIt_OnItsOwnTimeline) {
  EXPECT_TRUE(late.covers(early));
  EXPECT_TRUE(early.covers(early));
  EXPECT_FALSE(early.covers(late));
}

TEST(LogPosition, AnotherTimeline_NeverCovers) {
  constexpr LogPosition promoted{.timeline = 2, .bytes = 150};
  EXPECT_FALSE(late.covers(promoted));  // it may have replayed what the promoted server never got
  EXPECT_FALSE(promoted.covers(early));
}

}  // namespace
}  // namespace gatehouse::database::postgres
