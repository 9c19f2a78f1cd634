#include "database/postgres/newest_timeline.hpp"

#include <gtest/gtest.h>

namespace gatehouse::database::postgres {
namespace {

using namespace std::chrono_literals;

constexpr NewestTimeline::TimePoint first_seen{1h};

TEST(NewestTimeline, AdmitsAnythingAtFirst_AndWhatIsNewer) {
  NewestTimeline newest;
  EXPECT_TRUE(newest.admits(3, first_seen));
  EXPECT_TRUE(newest.admits(3, first_seen));
  EXPECT_TRUE(newest.admits(5, first_seen));
}

TEST(NewestTimeline, ServerThatWasLeftBehind_IsRefused_HoweverLateItComesBack) {
  NewestTimeline newest;
  ASSERT_TRUE(newest.admits(2, first_seen));
  EXPECT_FALSE(newest.admits(1, first_seen + 1s));
  EXPECT_FALSE(newest.admits(1, first_seen + 24h));
  EXPECT_TRUE(newest.admits(2, first_seen + 24h));
}

TEST(NewestTimeline, WhereNothingElseIsFoundForLong_ALowerOneIsBelieved_AndTheHigherOneCountsAgain) {
  NewestTimeline newest;
  ASSERT_TRUE(newest.admits(4, first_seen));
  for (auto passed = 0s; passed < NewestTimeline::believed_after; passed += NewestTimeline::pause_max) {
    EXPECT_FALSE(newest.admits(2, first_seen + passed)) << passed.count();
  }
  EXPECT_TRUE(newest.admits(2, first_seen + NewestTimeline::believed_after)) << "the cluster was restored";
  EXPECT_TRUE(newest.admits(2, first_seen + NewestTimeline::believed_after));
  EXPECT_TRUE(newest.admits(4, first_seen + NewestTimeline::believed_after));
}

TEST(NewestTimeline, ServerThatIsFoundMeanwhile_EndsTheSearch) {
  NewestTimeline newest;
  ASSERT_TRUE(newest.admits(2, first_seen));
  ASSERT_FALSE(newest.admits(1, first_seen + 1s));
  ASSERT_TRUE(newest.admits(2, first_seen + 2s));
  EXPECT_FALSE(newest.admits(1, first_seen + 5s));
  EXPECT_FALSE(newest.admits(1, first_seen + 1s + NewestTimeline::believed_after));
}

}  // namespace
}  // namespace gatehouse::database::postgres
