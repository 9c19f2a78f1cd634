#include "runtime/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/redirect_error.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/steady_timer.hpp"

namespace gatehouse::runtime {
namespace {

class TaskGroupTest : public ::testing::Test {
 protected:
  Task<> wait_for_cancellation() {
    SteadyTimer timer{io_, SteadyTimer::time_point::max()};
    co_await timer.async_wait(use_task);
  }
  Task<> end_at_once() { co_return; }
  static Task<> note(bool& has_run) {
    has_run = true;
    co_return;
  }
  Task<> fail() {
    throw std::runtime_error{"no luck"};
    co_return;
  }

  void settle() {
    io_.restart();
    io_.poll();
  }

  boost::asio::io_context io_{1};
  std::vector<std::string> failures_;
  TaskGroup group_{io_, [this](std::string_view failure) { failures_.emplace_back(failure); }};
  int times_empty_ = 0;
};

TEST_F(TaskGroupTest, WhenEmpty_OfAnEmptyGroup_CallsFromWithin) {
  group_.when_empty([this] { ++times_empty_; });
  EXPECT_EQ(times_empty_, 1);
}

TEST_F(TaskGroupTest, WhenEmpty_CallsOnceTheLastTaskHasEnded) {
  group_.spawn(wait_for_cancellation());
  group_.spawn(end_at_once());
  group_.when_empty([this] { ++times_empty_; });
  settle();
  EXPECT_EQ(times_empty_, 0);
  group_.cancel();
  settle();
  EXPECT_EQ(times_empty_, 1);
  EXPECT_TRUE(group_.is_empty());

  group_.spawn(end_at_once());
  settle();
  EXPECT_EQ(times_empty_, 1) << "only once";
}

TEST_F(TaskGroupTest, TaskThatWasAskedToEnd_IsNoFailure_OneThatThrowsIs) {
  group_.spawn(fail());
  group_.spawn(wait_for_cancellation());
  settle();
  group_.cancel();
  settle();
  EXPECT_EQ(failures_, std::vector<std::string>{"no luck"});
}

TEST_F(TaskGroupTest, TaskCancelledBeforeItBegan_DidNotThrowOutOfTheLoop) {
  bool has_run = false;
  group_.spawn(note(has_run));
  group_.cancel();
  settle();
  EXPECT_TRUE(group_.is_empty());
  EXPECT_FALSE(has_run);
  EXPECT_TRUE(failures_.empty());

  group_.spawn(note(has_run));
  settle();
  EXPECT_TRUE(has_run) << "what is spawned after a cancellation begins";
}

}  // namespace
}  // namespace gatehouse::runtime
