#include "service/watchdog.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "unit/service/notify_socket.hpp"

namespace gatehouse::service {
namespace {

using namespace std::chrono_literals;
using ::testing::Optional;

class WatchdogTest : public ::testing::Test {
 protected:
  /// Runs the timer's end and everything that the first loop has to do then.
  void run_first_after_timer() {
    first_.restart();
    first_.run_one();
    first_.poll();
  }
  /// Runs what a loop has to do now. A loop without work stops until it is restarted.
  static std::size_t turn(boost::asio::io_context& loop) {
    loop.restart();
    return loop.poll();
  }

  boost::asio::io_context first_{1};
  boost::asio::io_context second_{1};
  gatehouse::testing::NotifySocket socket_;
  const gatehouse::testing::ManualClock clock_;
  telemetry::LogQueue queue_{telemetry::LineWriter{STDERR_FILENO}};
  telemetry::Log log_{queue_, clock_};
  Supervisor supervisor_{socket_.environment(), log_};
  Watchdog watchdog_{{first_, second_}, supervisor_, 2ms};
};

TEST_F(WatchdogTest, EveryLoopTurns_ManagerHearsOfItAgainAndAgain) {
  watchdog_.start();
  for (int round = 0; round < 3; ++round) {
    run_first_after_timer();
    turn(second_);
    turn(first_);
    EXPECT_THAT(socket_.take(), Optional(std::string{"WATCHDOG=1"}));
  }
}

TEST_F(WatchdogTest, OneLoopHangs_ManagerHearsNothing) {
  watchdog_.start();
  run_first_after_timer();
  EXPECT_EQ(turn(first_), 0U);
  EXPECT_EQ(socket_.take(), std::nullopt);
}

TEST_F(WatchdogTest, Stopped_EndsTheRoundThatIsUnderWay) {
  watchdog_.start();
  run_first_after_timer();
  watchdog_.stop();
  turn(second_);
  turn(first_);
  EXPECT_EQ(socket_.take(), std::nullopt);
}

}  // namespace
}  // namespace gatehouse::service
