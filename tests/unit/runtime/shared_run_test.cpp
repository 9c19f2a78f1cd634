#include "runtime/shared_run.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "support/patience.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using namespace std::chrono_literals;
using Instant = std::chrono::steady_clock::time_point;

/// A run that ends when the test says so; its finding is the number of the run.
class SharedRunTest : public ::testing::Test {
 protected:
  Task<int> work() {
    const int number = ++begun_;
    SteadyTimer held{co_await boost::asio::this_coro::executor, testing::patience};
    held_ = &held;
    boost::system::error_code ignored;
    co_await held.async_wait(boost::asio::redirect_error(use_task, ignored));
    co_return number;
  }
  void let_go() { held_->cancel(); }

  /// Asks now; the finding goes into the list.
  void ask() {
    const auto run = [this] { return work(); };
    boost::asio::co_spawn(io_, shared_->ask(run), [this](std::exception_ptr, std::optional<int> found) {
      found_.push_back(found.value_or(overdue));
    });
    poll();
  }
  void poll() {
    io_.restart();
    io_.poll();
  }

  void share(std::chrono::milliseconds patience) {
    shared_.emplace(SharedRun<int>::Terms{.good_for = 1s, .patience = patience, .now = [this] { return now_; }});
  }

  static constexpr int overdue = -1;
  std::optional<SharedRun<int>> shared_;  ///< outlives what runs on the loop
  boost::asio::io_context io_{1};
  Instant now_{};
  int begun_ = 0;
  SteadyTimer* held_ = nullptr;
  std::vector<int> found_;
};

TEST_F(SharedRunTest, ThoseWhoAskMeanwhile_GetTheSameFinding) {
  share(testing::patience);
  for (int i = 0; i < 3; ++i) ask();
  EXPECT_EQ(begun_, 1);
  EXPECT_TRUE(found_.empty());
  let_go();
  poll();
  EXPECT_EQ(found_, (std::vector<int>{1, 1, 1}));
}

TEST_F(SharedRunTest, Finding_IsGoodForAWhile_AndThenMadeAnew) {
  share(testing::patience);
  ask();
  let_go();
  poll();
  now_ += 999ms;
  ask();
  EXPECT_EQ(begun_, 1);
  EXPECT_EQ(found_, (std::vector<int>{1, 1}));
  now_ += 1ms;
  ask();
  EXPECT_EQ(begun_, 2);
}

TEST_F(SharedRunTest, RunThatDoesNotEnd_IsNotWaitedForAnyLonger) {
  share(20ms);
  ask();
  ask();
  ASSERT_TRUE(testing::run_until(io_, [&] { return !found_.empty(); }));
  EXPECT_EQ(found_, std::vector<int>{overdue});
  now_ += 20ms;
  ask();
  EXPECT_EQ(begun_, 2) << "another one is made";
}

TEST_F(SharedRunTest, RunWhoseAskerIsGone_LeavesThoseWhoWaitWithoutAFinding) {
  share(testing::patience);
  {
    boost::asio::io_context gone{1};
    const auto run = [this] { return work(); };
    boost::asio::co_spawn(gone, shared_->ask(run), [](std::exception_ptr, std::optional<int>) {});
    gone.poll();
    ask();
    EXPECT_EQ(begun_, 1);
  }
  poll();
  EXPECT_EQ(found_, std::vector<int>{overdue});
  ask();
  EXPECT_EQ(begun_, 2);
}

Task<int> seven() { co_return 7; }

TEST(SharedRunOnThreads, ManyAskers_AllGetAFinding) {
  constexpr int threads = 4;
  constexpr int asks = 200;
  SharedRun<int> shared{{.good_for = 0ms, .patience = testing::patience}};
  std::vector<int> answered(threads, 0);
  std::vector<std::thread> workers;
  for (int thread = 0; thread < threads; ++thread) {
    workers.emplace_back([&shared, &mine = answered[static_cast<std::size_t>(thread)]] {
      boost::asio::io_context io{1};
      for (int i = 0; i < asks; ++i) {
        boost::asio::co_spawn(io, shared.ask(&seven), [&mine](std::exception_ptr, std::optional<int> found) {
          if (found == 7) ++mine;
        });
      }
      io.run();
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(answered, std::vector<int>(threads, asks));
}

}  // namespace
}  // namespace gatehouse::runtime
