#include "database/database_clock.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"

namespace gatehouse::database {
namespace {

using namespace std::chrono_literals;

class DatabaseClockTest : public ::testing::Test {
 protected:
  /// Tells of a server's clock that is `ahead`, and was read `there` after the question and `back` before the answer.
  void tell(std::chrono::seconds ahead, std::chrono::milliseconds there, std::chrono::milliseconds back) {
    const TimePoint read = own_.now() + ahead;
    clock_.on_time({.read = read, .asked = own_.now() - there, .heard = own_.now() + back});
  }
  [[nodiscard]] std::chrono::microseconds ahead() const { return clock_.now() - own_.now(); }

  testing::ManualClock own_;
  DatabaseClock clock_{own_};
};

TEST_F(DatabaseClockTest, UntilItIsTold_ItIsTheMachines) { EXPECT_EQ(ahead(), 0s); }

TEST_F(DatabaseClockTest, ItFollowsTheServerAheadAndBack) {
  for (const auto away : {55s, -55s, 0s, 90s}) {
    tell(away, 1ms, 3ms);
    EXPECT_LE(ahead(), away + 1ms);
    EXPECT_GE(ahead(), away - 3ms);
  }
}

TEST_F(DatabaseClockTest, SlowAnswer_ChangesNothingThatItDoesNotContradict) {
  tell(55s, 0ms, 0ms);
  tell(56s, 500ms, 2500ms);
  EXPECT_EQ(ahead(), 55s);
}

TEST_F(DatabaseClockTest, AnswerBeforeItsQuestion_SaysNothing) {
  tell(55s, 0ms, -1ms);
  EXPECT_EQ(ahead(), 0s);
}

}  // namespace
}  // namespace gatehouse::database
