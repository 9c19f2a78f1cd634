#include "database/change_feed_facts.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database {
namespace {

ChangeFeedFacts told(bool by_notify, bool by_rows) { return {.by_notify = by_notify, .by_rows = by_rows}; }

TEST(ChangeFeedFacts, WayOfThisSettingAlone_IsNothingToSay) {
  EXPECT_EQ(remark_on(told(true, false), ChangeFeedKind::postgres), std::nullopt);
  EXPECT_EQ(remark_on(told(false, true), ChangeFeedKind::redis), std::nullopt);
}

TEST(ChangeFeedFacts, BothWays_AreNamed_AndWhichOneEnds) {
  EXPECT_TRUE(
      remark_on(told(true, true), ChangeFeedKind::postgres).value().contains("for CHANGE_FEED=redis this ends"));
  EXPECT_TRUE(
      remark_on(told(true, true), ChangeFeedKind::redis).value().contains("for CHANGE_FEED=postgres this ends"));
}

TEST(ChangeFeedFacts, OtherWayAlone_IsNamed) {
  EXPECT_TRUE(remark_on(told(false, true), ChangeFeedKind::postgres)
                  ->starts_with("changes are announced for CHANGE_FEED=redis"));
  EXPECT_TRUE(remark_on(told(true, false), ChangeFeedKind::redis)
                  ->starts_with("changes are announced for CHANGE_FEED=postgres"));
}

}  // namespace
}  // namespace gatehouse::database
