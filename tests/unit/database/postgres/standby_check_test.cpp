#include "database/postgres/standby_check.hpp"

#include <gmock/gmock.h>

namespace gatehouse::database::postgres {
namespace {

using ::testing::HasSubstr;

constexpr LogPosition end_of_log{.timeline = 2, .bytes = 1'000};

TEST(StandbyCheck, StandbyOfThePrimary_HasItsLag) {
  const auto finding = judge_standby("db-2:5432", LogPosition{.timeline = 2, .bytes = 400}, end_of_log);
  EXPECT_EQ(finding.name, "db-2:5432");
  EXPECT_EQ(finding.trouble, "");
  EXPECT_EQ(finding.lag_bytes, 600);
}

TEST(StandbyCheck, StandbyThatWasAskedLater_HasNoLag) {
  EXPECT_EQ(judge_standby("db-2:5432", LogPosition{.timeline = 2, .bytes = 1'001}, end_of_log).lag_bytes, 0);
}

TEST(StandbyCheck, ServerThatIsNoStandby_IsTroubled) {
  EXPECT_THAT(judge_standby("x", std::nullopt, end_of_log).trouble, HasSubstr("is not a standby"));
  const LogPosition of_promoted{.timeline = 0, .bytes = 1'000};
  EXPECT_THAT(judge_standby("x", of_promoted, end_of_log).trouble, HasSubstr("is not a standby"));
}

TEST(StandbyCheck, StandbyOfAnotherTimeline_IsTroubled) {
  const LogPosition of_before{.timeline = 1, .bytes = 2'000};
  EXPECT_THAT(judge_standby("x", of_before, end_of_log).trouble, HasSubstr("timeline 1, and the primary is on 2"));
}

}  // namespace
}  // namespace gatehouse::database::postgres
