#include "runtime/pulse.hpp"

#include <gtest/gtest.h>

namespace gatehouse::runtime {
namespace {

constexpr std::uint32_t missed_max = 50;

class PulseTest : public ::testing::Test {
 protected:
  void beat(std::size_t loop, std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) pulse_.beat(loop);
  }
  void beat_all(std::uint32_t times) {
    for (std::uint32_t i = 0; i < times; ++i) {
      pulse_.beat(first_);
      pulse_.beat(second_);
    }
  }

  Pulse pulse_{missed_max};
  const std::size_t first_ = pulse_.add_loop();
  const std::size_t second_ = pulse_.add_loop();
};

TEST_F(PulseTest, LoopsThatAllTurn_NoneIsStuck) {
  EXPECT_FALSE(pulse_.has_stuck_loop());
  beat_all(10 * missed_max);
  EXPECT_FALSE(pulse_.has_stuck_loop());
}

TEST_F(PulseTest, LoopThatHangs_IsStuckOnceAnotherHasBeatenOftenEnough) {
  beat_all(1);
  beat(first_, missed_max);
  EXPECT_FALSE(pulse_.has_stuck_loop()) << "the first of these beats saw the last one of the other loop";
  beat(first_, 1);
  EXPECT_TRUE(pulse_.has_stuck_loop());
}

TEST_F(PulseTest, LoopThatNeverTurned_IsStuck) {
  beat(second_, missed_max);
  EXPECT_TRUE(pulse_.has_stuck_loop());
}

TEST_F(PulseTest, LoopThatTurnsAgain_IsStuckNoMore) {
  beat(first_, 2 * missed_max);
  EXPECT_TRUE(pulse_.has_stuck_loop());
  beat_all(2);
  EXPECT_FALSE(pulse_.has_stuck_loop());
}

TEST_F(PulseTest, WholeProcessThatStoodStill_HasNoStuckLoop) {
  beat_all(missed_max);
  // Hours pass in which nobody beats. Then one loop gets its turn a little earlier than the other.
  beat(second_, 3);
  EXPECT_FALSE(pulse_.has_stuck_loop());
}

TEST_F(PulseTest, OneLoopAlone_IsNotJudged) {
  Pulse alone{missed_max};
  const std::size_t only = alone.add_loop();
  for (std::uint32_t i = 0; i < 3 * missed_max; ++i) alone.beat(only);
  EXPECT_FALSE(alone.has_stuck_loop());
}

}  // namespace
}  // namespace gatehouse::runtime
