#include "runtime/periodic.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class PeriodicTest : public ::testing::Test {
 protected:
  Task<> job() {
    ++runs_;
    if (runs_ % 2 == 1) throw std::runtime_error{"run " + std::to_string(runs_) + " failed"};
    co_return;
  }

  void start(milliseconds interval) {
    auto loop = run_periodically(
        interval, [this] { return job(); }, [this](std::string_view failure) { failures_.emplace_back(failure); });
    boost::asio::co_spawn(io_, std::move(loop),
                          boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr thrown) {
                            ended_ = true;
                            thrown_ = thrown;
                          }));
  }

  void expect_end_after_cancellation() {
    stop_.emit(boost::asio::cancellation_type::terminal);
    EXPECT_TRUE(testing::run_until(io_, [this] { return ended_; }));
    EXPECT_EQ(thrown_, nullptr);
  }

  boost::asio::io_context io_{1};
  boost::asio::cancellation_signal stop_;
  int runs_ = 0;
  std::vector<std::string> failures_;
  bool ended_ = false;
  std::exception_ptr thrown_;
};

TEST_F(PeriodicTest, FailingRuns_AreReportedAndTheLoopGoesOn) {
  start(milliseconds{1});
  EXPECT_TRUE(testing::run_until(io_, [this] { return runs_ >= 4; }));
  EXPECT_FALSE(ended_);
  ASSERT_GE(failures_.size(), 2u);
  EXPECT_EQ(failures_[0], "run 1 failed");
  EXPECT_EQ(failures_[1], "run 3 failed");
  expect_end_after_cancellation();
}

TEST_F(PeriodicTest, CancelledWhileItWaits_EndsAtOnce) {
  start(hours{1});
  EXPECT_TRUE(testing::run_until(io_, [this] { return runs_ == 1; }));
  io_.poll();
  expect_end_after_cancellation();
  EXPECT_EQ(runs_, 1);
}

TEST_F(PeriodicTest, PauseOfACaller_IsGivenTheInterval) {
  std::vector<milliseconds> pauses;
  auto pause = [&](milliseconds time) {
    pauses.push_back(time);
    return pause_for(milliseconds{0});
  };
  auto loop = run_periodically(
      hours{1}, [this] { return job(); }, [this](std::string_view failure) { failures_.emplace_back(failure); }, pause);
  boost::asio::co_spawn(io_, std::move(loop),
                        boost::asio::bind_cancellation_slot(stop_.slot(), [this](std::exception_ptr thrown) {
                          ended_ = true;
                          thrown_ = thrown;
                        }));
  EXPECT_TRUE(testing::run_until(io_, [this] { return runs_ >= 3; }));
  EXPECT_EQ(pauses.at(0), hours{1});
  expect_end_after_cancellation();
}

}  // namespace
}  // namespace gatehouse::runtime
