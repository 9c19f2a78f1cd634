#include "runtime/waiting_room.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <thread>
#include <vector>

#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using gatehouse::testing::patience;
using gatehouse::testing::run_until;
using std::chrono::steady_clock;

class WaitingRoomTest : public ::testing::Test {
 protected:
  void start_waiting(steady_clock::time_point until = steady_clock::now() + patience) {
    boost::asio::co_spawn(io_, room_.wait(room_.turn(), until, client_.get_token()),
                          [this](const std::exception_ptr& thrown) {
                            EXPECT_FALSE(thrown);
                            ++ended_;
                          });
    io_.restart();
    io_.poll();
  }

  WaitingRoom room_;
  std::stop_source client_;
  boost::asio::io_context io_{1};
  int ended_ = 0;
};

TEST_F(WaitingRoomTest, Call_WakesAllWhoWait) {
  start_waiting();
  start_waiting();
  EXPECT_EQ(ended_, 0);
  std::thread other{[this] { room_.wake_all(); }};
  other.join();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 2; }));
}

TEST_F(WaitingRoomTest, CallBetweenLookAndWait_IsNotMissed) {
  const std::uint64_t seen = room_.turn();
  room_.wake_all();
  boost::asio::co_spawn(io_, room_.wait(seen, steady_clock::now() + patience, {}),
                        [this](const std::exception_ptr&) { ++ended_; });
  io_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(WaitingRoomTest, EachWait_NeedsACallOfItsOwn) {
  room_.wake_all();
  start_waiting();
  EXPECT_EQ(ended_, 0);
  room_.wake_all();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
}

TEST_F(WaitingRoomTest, Time_EndsTheWait) {
  start_waiting(steady_clock::now());
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
}

TEST_F(WaitingRoomTest, ClientWhoLeaves_IsNotWaitedFor) {
  start_waiting();
  client_.request_stop();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
  start_waiting();
  EXPECT_EQ(ended_, 2) << "one who has left does not begin to wait";
}

TEST_F(WaitingRoomTest, LoopThatIsDropped_LeavesNobodyToWake) {
  {
    boost::asio::io_context dropped{1};
    boost::asio::co_spawn(dropped, room_.wait(room_.turn(), steady_clock::now() + patience, {}),
                          [](const std::exception_ptr&) {});
    dropped.poll();
  }
  room_.wake_all();
}

TEST_F(WaitingRoomTest, CallsFromManyThreads_WakeLoopsOfManyThreads) {
  constexpr int waits = 200;
  std::vector<std::thread> threads;
  std::atomic<int> waiting = 3;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([this, &waiting] {
      for (int k = 0; k < waits; ++k) {
        boost::asio::io_context own{1};
        boost::asio::co_spawn(own, room_.wait(room_.turn(), steady_clock::now() + patience, {}),
                              [](const std::exception_ptr& thrown) { EXPECT_FALSE(thrown); });
        own.run();
      }
      --waiting;
    });
  }
  while (waiting > 0) room_.wake_all();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace gatehouse::runtime
