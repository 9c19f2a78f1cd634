#include "sessions/refresh.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace gatehouse::sessions {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::seconds;

/// A session whose third refresh was an hour ago.
class RefreshTest : public ::testing::Test {
 protected:
  static constexpr seconds grace{30};

  RefreshTest() {
    session_.times = {
        .created_at = now_ - hours{9}, .expires_at = now_ + hours{1}, .absolute_expires_at = now_ + hours{5}};
  }

  RefreshVerdict verdict(std::int64_t generation, std::optional<std::string> attempt_hash = {}) {
    return judge(session_, {.generation = generation, .attempt_hash = std::move(attempt_hash)}, now_, grace);
  }

  const TimePoint now_ = testing::ManualClock{}.now();
  RefreshableSession session_{
      .user = UserId{1},
      .secret_hash = {},
      .times = {},
      .state = RefreshState{.generation = 3, .refreshed_at = now_ - hours{1}, .attempt_hash = "one"}};
};

TEST_F(RefreshTest, NewestToken_IsCurrent) { EXPECT_EQ(verdict(3), RefreshVerdict::current); }

TEST_F(RefreshTest, TokenBefore_IsRepeatedByItsAttemptAlone) {
  EXPECT_EQ(verdict(2, "one"), RefreshVerdict::repeated);
  EXPECT_EQ(verdict(2, "two"), RefreshVerdict::reused);
  EXPECT_EQ(verdict(2), RefreshVerdict::reused);
}

TEST_F(RefreshTest, RefreshWithoutAttempt_IsRepeatedByNoneLater) {
  session_.state->attempt_hash.reset();
  EXPECT_EQ(verdict(2, "one"), RefreshVerdict::reused);
  EXPECT_EQ(verdict(2), RefreshVerdict::reused);
}

TEST_F(RefreshTest, TokenBefore_IsRepeatedByAnybodyWithinTheGrace) {
  session_.state->refreshed_at = now_ - grace;
  EXPECT_EQ(verdict(2, "two"), RefreshVerdict::repeated);
  EXPECT_EQ(verdict(2), RefreshVerdict::repeated);
  session_.state->refreshed_at -= microseconds{1};
  EXPECT_EQ(verdict(2), RefreshVerdict::reused);
  session_.state->refreshed_at = now_ + seconds{1};
  EXPECT_EQ(verdict(2), RefreshVerdict::repeated) << "by a replica whose clock is ahead";
}

TEST_F(RefreshTest, AnyOtherGeneration_IsReused) {
  session_.state->refreshed_at = now_;
  EXPECT_EQ(verdict(1, "one"), RefreshVerdict::reused);
  EXPECT_EQ(verdict(0, "one"), RefreshVerdict::reused);
  EXPECT_EQ(verdict(4, "one"), RefreshVerdict::reused);
}

TEST_F(RefreshTest, SessionThatCannotBeRefreshed_IsRefusedWhateverComes) {
  session_.state.reset();
  for (const std::int64_t generation : {0, 2, 3, 4}) EXPECT_EQ(verdict(generation, "one"), RefreshVerdict::refused);
}

TEST_F(RefreshTest, SessionWhoseTimeIsOver_IsExpiredWhateverComes) {
  session_.times.expires_at = now_;
  for (const std::int64_t generation : {0, 2, 3, 4}) EXPECT_EQ(verdict(generation, "one"), RefreshVerdict::expired);
}

TEST_F(RefreshTest, FirstToken_HasNoneBefore) {
  session_.state = RefreshState{.generation = 0, .refreshed_at = {}, .attempt_hash = {}};
  EXPECT_EQ(verdict(0), RefreshVerdict::current);
  EXPECT_EQ(verdict(-1), RefreshVerdict::reused);
}

}  // namespace
}  // namespace gatehouse::sessions
