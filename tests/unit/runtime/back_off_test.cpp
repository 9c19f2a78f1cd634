#include "runtime/back_off.hpp"

#include <gtest/gtest.h>

namespace gatehouse::runtime {
namespace {

TEST(BackOff, Pauses_GrowFromFiftyMillisecondsToTwoSeconds_WithinHalf) {
  BackOff back_off{7};
  auto longest = BackOff::pause_min;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const auto pause = back_off.next();
    EXPECT_LE(pause, longest);
    EXPECT_GE(pause, longest / 2);
    longest = std::min(longest * 2, BackOff::pause_max);
  }
  EXPECT_EQ(longest, BackOff::pause_max);
}

TEST(BackOff, Reset_StartsOver) {
  BackOff back_off{7};
  for (int attempt = 0; attempt < 10; ++attempt) (void)back_off.next();
  back_off.reset();
  EXPECT_LE(back_off.next(), BackOff::pause_min);
}

TEST(BackOff, OtherSeeds_GiveOtherPauses) {
  BackOff one{1};
  BackOff two{2};
  bool differ = false;
  for (int attempt = 0; attempt < 10; ++attempt) differ = one.next() != two.next() || differ;
  EXPECT_TRUE(differ);
}

}  // namespace
}  // namespace gatehouse::runtime
