#include "mail/mail_bell.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <thread>

#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::mail {
namespace {

using gatehouse::testing::patience;
using gatehouse::testing::run_until;

class MailBellTest : public ::testing::Test {
 protected:
  void start_waiting(std::chrono::milliseconds at_most = patience) {
    boost::asio::co_spawn(io_, bell_.wait(at_most),
                          boost::asio::bind_cancellation_slot(signal_.slot(), [this](const std::exception_ptr& thrown) {
                            EXPECT_FALSE(thrown);
                            ++ended_;
                          }));
  }

  MailBell bell_;
  boost::asio::io_context io_{1};
  boost::asio::cancellation_signal signal_;
  int ended_ = 0;
};

TEST_F(MailBellTest, Ring_EndsTheWait) {
  start_waiting();
  io_.poll();
  EXPECT_EQ(ended_, 0);
  std::thread other{[this] { bell_.on_announcement({.topic = "mail", .id = 7}); }};
  other.join();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
}

TEST_F(MailBellTest, RingBetweenWaits_IsNotForgotten) {
  bell_.ring();
  start_waiting();
  io_.poll();
  EXPECT_EQ(ended_, 1);
  start_waiting();
  io_.restart();
  io_.poll();
  EXPECT_EQ(ended_, 1) << "it was heard";
}

TEST_F(MailBellTest, OtherAnnouncements_DoNotRing) {
  bell_.on_feed_proved({});
  start_waiting();
  io_.poll();
  EXPECT_EQ(ended_, 1) << "the first proof";
  start_waiting();
  io_.restart();
  io_.poll();
  bell_.on_announcement({.topic = "user", .id = 7});
  bell_.on_feed_proved({});
  io_.restart();
  io_.poll();
  EXPECT_EQ(ended_, 1);
}

TEST_F(MailBellTest, WhateverMayHaveBeenAMail_Rings) {
  start_waiting();
  io_.poll();
  bell_.on_unknown_change();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
  start_waiting();
  io_.restart();
  io_.poll();
  bell_.on_feed_lost();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 2; }));
  bell_.on_feed_proved({});
  start_waiting();
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 3; }));
}

TEST_F(MailBellTest, Silence_EndsTheWaitInTheEnd) {
  start_waiting(std::chrono::milliseconds{1});
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
}

TEST_F(MailBellTest, CoroutineThatIsCancelled_WaitsNoLonger) {
  start_waiting();
  io_.poll();
  signal_.emit(boost::asio::cancellation_type::terminal);
  EXPECT_TRUE(run_until(io_, [this] { return ended_ == 1; }));
}

TEST_F(MailBellTest, LoopThatIsDropped_LeavesNobodyToWake) {
  {
    boost::asio::io_context dropped{1};
    boost::asio::co_spawn(dropped, bell_.wait(patience), [](const std::exception_ptr&) {});
    dropped.poll();
  }
  bell_.ring();
}

TEST_F(MailBellTest, RingsFromManyThreads_AreAllHeard) {
  constexpr int rings = 1000;
  std::vector<std::thread> ringers;
  for (int i = 0; i < 4; ++i) {
    ringers.emplace_back([this] {
      for (int k = 0; k < rings; ++k) bell_.ring();
    });
  }
  for (int i = 0; i < 10; ++i) {
    start_waiting(std::chrono::milliseconds{1});
    EXPECT_TRUE(run_until(io_, [this, i] { return ended_ == i + 1; }));
  }
  for (std::thread& ringer : ringers) ringer.join();
}

}  // namespace
}  // namespace gatehouse::mail
