#include "database/sqlite/lane.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <memory>
#include <optional>
#include <thread>

#include "support/run_until.hpp"

namespace gatehouse::database::sqlite {
namespace {

class LaneTest : public ::testing::Test {
 protected:
  struct Ended {
    bool done = false;
    std::optional<Unavailable::Reason> failure;
  };

  // Submits a call of one command, or a script; `ended` says what became of it once the io_context has run.
  CallPtr submit(Lane& lane, Deadline deadline, Ended& ended) {
    return submit(lane, std::make_shared<Call>(io_.get_executor(), handover_, deadline, std::vector<Command>{}), ended);
  }
  CallPtr submit(Lane& lane, CallPtr call, Ended& ended) {
    boost::asio::co_spawn(io_, lane.submit(call), [call, &ended](std::exception_ptr) {
      ended.done = true;
      try {
        (void)call->take_results();
      } catch (const Unavailable& unavailable) {
        ended.failure = unavailable.reason();
      }
    });
    poll();
    return call;
  }
  void poll() {
    io_.restart();
    io_.poll();
  }

  static constexpr std::chrono::seconds second{1};
  const Deadline start_ = std::chrono::steady_clock::now();
  const HandoverPtr handover_ = std::make_shared<Handover>();
  boost::asio::io_context io_{1};
};

TEST_F(LaneTest, Take_IsWoken_EndsWithoutCalls) {
  Lane lane{10};
  std::atomic<bool> has_ended = false;
  std::jthread thread{[&] {
    EXPECT_TRUE(lane.take(1, Deadline::max()).empty());
    has_ended = true;
  }};
  EXPECT_TRUE(testing::run_until(io_, [&] { return lane.wake(), has_ended.load(); }));
  lane.stop();
}

TEST_F(LaneTest, Take_CallsAndScripts_GivesScriptsAlone) {
  Lane lane{10};
  Ended ended[4];
  submit(lane, start_ + second, ended[0]);
  submit(lane, start_ + second, ended[1]);
  submit(lane, std::make_shared<Call>(io_.get_executor(), handover_, std::vector<ScriptStep>{{.sql = "SELECT 1"}}),
         ended[2]);
  submit(lane, start_ + second, ended[3]);
  EXPECT_EQ(lane.take(10, start_).size(), 2u);
  const auto script = lane.take(10, start_);
  ASSERT_EQ(script.size(), 1u);
  EXPECT_TRUE(script.front()->is_script());
  EXPECT_EQ(lane.take(10, start_).size(), 1u);
  EXPECT_TRUE(lane.take(10, start_).empty());
  lane.expire(start_ + 10 * second);
  script.front()->answer({});
  poll();
}

TEST_F(LaneTest, Submit_BeyondTheBound_IsOverload) {
  Lane lane{1};
  Ended first;
  Ended second_call;
  submit(lane, start_ + second, first);
  submit(lane, start_ + second, second_call);
  EXPECT_EQ(second_call.failure, Unavailable::Reason::overload);
  EXPECT_FALSE(first.done);
  lane.stop();
  poll();
}

TEST_F(LaneTest, Expire_WaitingCall_IsAnsweredAtItsDeadline) {
  Lane lane{10};
  Ended ended;
  submit(lane, start_ + second, ended);
  lane.expire(start_ + second - std::chrono::milliseconds{1});
  poll();
  EXPECT_FALSE(ended.done);
  lane.expire(start_ + second);
  poll();
  EXPECT_EQ(ended.failure, Unavailable::Reason::deadline);
  EXPECT_TRUE(lane.take(10, start_).empty());
}

TEST_F(LaneTest, Expire_CallWhoseThreadHangs_IsAnsweredAndTheLateAnswerDropped) {
  Lane lane{10};
  Ended ended;
  const auto call = submit(lane, start_ + second, ended);
  ASSERT_EQ(lane.take(1, start_).size(), 1u);
  lane.expire(start_ + second);
  poll();
  EXPECT_FALSE(ended.done);
  lane.expire(start_ + 2 * second);
  poll();
  EXPECT_EQ(ended.failure, Unavailable::Reason::deadline);
  EXPECT_FALSE(call->answer({}));
  poll();
  EXPECT_EQ(ended.failure, Unavailable::Reason::deadline);
}

TEST_F(LaneTest, Expire_RunningScript_IsLeftAlone) {
  Lane lane{10};
  Ended ended;
  submit(lane, std::make_shared<Call>(io_.get_executor(), handover_, std::vector<ScriptStep>{{.sql = "SELECT 1"}}),
         ended);
  const auto script = lane.take(1, start_);
  lane.expire(start_ + std::chrono::hours{24});
  poll();
  EXPECT_FALSE(ended.done);
  EXPECT_TRUE(script.front()->answer({}));
  poll();
  EXPECT_TRUE(ended.done);
  EXPECT_FALSE(ended.failure);
}

TEST_F(LaneTest, Stop_WaitingAndLaterCalls_AreAnsweredStopped) {
  Lane lane{10};
  Ended waiting;
  Ended later;
  submit(lane, start_ + second, waiting);
  lane.stop();
  poll();
  EXPECT_EQ(waiting.failure, Unavailable::Reason::stopped);
  submit(lane, start_ + second, later);
  EXPECT_EQ(later.failure, Unavailable::Reason::stopped);
  EXPECT_TRUE(lane.take(1, start_ + second).empty());
}

}  // namespace
}  // namespace gatehouse::database::sqlite
