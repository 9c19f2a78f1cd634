#include "runtime/wait_estimate.hpp"

#include <gtest/gtest.h>

namespace gatehouse::runtime {
namespace {

using namespace std::chrono_literals;

TEST(WaitEstimate, IdleThread_PredictsNoWait) {
  const WaitEstimate estimate{10ms};
  EXPECT_EQ(estimate.predicted_wait(0, 0, 1), 0ns);
  EXPECT_EQ(estimate.predicted_wait(0, 1, 2), 0ns);
}

TEST(WaitEstimate, AllThreadsBusy_PredictsTheQueueSharedByTheThreads) {
  const WaitEstimate estimate{10ms};
  EXPECT_EQ(estimate.predicted_wait(0, 1, 1), 10ms);
  EXPECT_EQ(estimate.predicted_wait(3, 1, 1), 40ms);
  EXPECT_EQ(estimate.predicted_wait(3, 2, 2), 20ms);
  EXPECT_EQ(estimate.predicted_wait(399, 4, 4), 1s);
}

TEST(WaitEstimate, JobsWaitingForThreadsToWakeUp_CountLikeRunningOnes) {
  const WaitEstimate estimate{10ms};
  EXPECT_EQ(estimate.predicted_wait(1, 0, 2), 0ns);
  EXPECT_EQ(estimate.predicted_wait(3, 0, 2), 20ms);
}

TEST(WaitEstimate, FirstMeasurement_ReplacesTheGuess) {
  WaitEstimate estimate{10ms};
  estimate.record(100ms);
  EXPECT_EQ(estimate.service_time(), 100ms);
}

TEST(WaitEstimate, OneOddJob_MovesTheAverageByAnEighth) {
  WaitEstimate estimate{10ms};
  estimate.record(80ms);
  estimate.record(160ms);
  EXPECT_EQ(estimate.service_time(), 90ms);
  estimate.record(10ms);
  EXPECT_EQ(estimate.service_time(), 80ms);
}

TEST(WaitEstimate, SteadyJobs_ConvergeToTheirTime) {
  WaitEstimate estimate{10ms};
  estimate.record(1s);
  for (int i = 0; i < 60; ++i) estimate.record(20ms);
  EXPECT_NEAR(static_cast<double>(estimate.service_time().count()), 20e6, 1e6);
}

TEST(WaitEstimate, ClockGoingBack_CountsAsZero) {
  WaitEstimate estimate{10ms};
  estimate.record(-5ms);
  EXPECT_EQ(estimate.service_time(), 0ns);
}

TEST(WaitEstimate, HugeQueue_SaturatesInsteadOfOverflowing) {
  const WaitEstimate estimate{std::chrono::hours{24 * 365}};
  EXPECT_GT(estimate.predicted_wait(std::size_t{1} << 40, 1, 1), std::chrono::hours{24 * 365 * 100});
}

TEST(RetryAfter, AnyWait_IsRoundedUpWithinOneToSixtySeconds) {
  EXPECT_EQ(retry_after(0ns), 1s);
  EXPECT_EQ(retry_after(1s), 1s);
  EXPECT_EQ(retry_after(1001ms), 2s);
  EXPECT_EQ(retry_after(std::chrono::hours{2}), 60s);
}

}  // namespace
}  // namespace gatehouse::runtime
