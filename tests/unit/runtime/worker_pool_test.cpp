#include "runtime/worker_pool.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <list>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>

#include "support/run_task.hpp"
#include "support/run_until.hpp"

namespace gatehouse::runtime {
namespace {

using namespace std::chrono_literals;

WorkerPool::Options small_pool() { return {.name = "test", .threads = 1, .nice = 0, .queue_max = 16, .wait_max = 10s}; }

/// A job that holds its thread until the test lets it go.
struct Blocker {
  std::shared_ptr<std::promise<void>> started = std::make_shared<std::promise<void>>();
  std::shared_future<void> release;

  void operator()() const {
    started->set_value();
    release.wait();
  }
};

/// What became of one call of run(), written by the io thread.
template <class T>
struct Result {
  std::optional<std::expected<T, PoolOverloaded>> outcome;
  std::exception_ptr failure;

  [[nodiscard]] bool done() const { return outcome.has_value() || failure != nullptr; }
  [[nodiscard]] bool stopped() const {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const PoolStopped&) {
      return true;
    }
    return false;
  }
};

class WorkerPoolTest : public ::testing::Test {
 protected:
  template <class Job>
  void start(WorkerPool& pool, Job job, Result<std::invoke_result_t<Job&>>& result, std::stop_token unwanted = {}) {
    auto run = pool.run(std::move(job), std::move(unwanted));
    boost::asio::co_spawn(io_, std::move(run), [&result](std::exception_ptr failure, auto outcome) {
      result.failure = failure;
      if (!failure) result.outcome = std::move(outcome);
    });
  }

  /// Runs handlers until nothing is ready, without waiting for the pool.
  void run_ready() {
    io_.restart();
    io_.poll();
  }

  void run_to_the_end() {
    io_.restart();
    io_.run();
  }

  /// Occupies the only thread of the pool; returns when the job runs.
  void block(WorkerPool& pool, Result<void>& result) {
    Blocker blocker{.release = release_.get_future().share()};
    auto started = blocker.started->get_future();
    start(pool, std::move(blocker), result);
    run_ready();
    started.wait();
  }

  boost::asio::io_context io_{1};
  std::promise<void> release_;
};

TEST_F(WorkerPoolTest, Run_JobReturnsValue_ResumesWithIt) {
  WorkerPool pool{small_pool()};
  auto job = [] { return std::string("done"); };
  EXPECT_EQ(testing::run_task(io_, pool.run(job)).value(), "done");
}

TEST_F(WorkerPoolTest, Run_JobReturnsVoid_ResumesWithSuccess) {
  WorkerPool pool{small_pool()};
  std::atomic<bool> ran = false;
  auto job = [&ran] { ran = true; };
  EXPECT_TRUE(testing::run_task(io_, pool.run(job)).has_value());
  EXPECT_TRUE(ran);
}

TEST_F(WorkerPoolTest, Run_MoveOnlyJobAndResult_AreMovedThrough) {
  WorkerPool pool{small_pool()};
  auto job = [number = std::make_unique<int>(7)]() mutable { return std::move(number); };
  const auto outcome = testing::run_task(io_, pool.run(std::move(job)));
  EXPECT_EQ(**outcome, 7);
}

TEST_F(WorkerPoolTest, Run_JobRunsElsewhere_CallerResumesOnItsOwnThread) {
  WorkerPool pool{small_pool()};
  std::thread::id resumed_on;
  std::optional<std::thread::id> ran_on;
  auto job = [] { return std::this_thread::get_id(); };
  boost::asio::co_spawn(io_, pool.run(job), [&](std::exception_ptr, auto outcome) {
    resumed_on = std::this_thread::get_id();
    ran_on = *outcome;
  });
  run_to_the_end();
  EXPECT_EQ(resumed_on, std::this_thread::get_id());
  ASSERT_TRUE(ran_on);
  EXPECT_NE(*ran_on, std::this_thread::get_id());
}

TEST_F(WorkerPoolTest, Run_JobThrows_ExceptionIsRethrownAtTheAwait) {
  WorkerPool pool{small_pool()};
  auto job = []() -> int { throw std::out_of_range("from the job"); };
  EXPECT_THROW((void)testing::run_task(io_, pool.run(job)), std::out_of_range);
  auto next = [] { return 1; };
  EXPECT_EQ(testing::run_task(io_, pool.run(next)).value(), 1);
}

TEST_F(WorkerPoolTest, Run_JobHoldsResources_TheyAreGoneBeforeTheCallerGoesOn) {
  WorkerPool pool{small_pool()};
  auto resource = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = resource;
  auto job = [resource = std::move(resource)] { return *resource; };
  bool gone = false;
  boost::asio::co_spawn(io_, pool.run(std::move(job)), [&](std::exception_ptr, auto) { gone = watch.expired(); });
  run_to_the_end();
  EXPECT_TRUE(gone);
}

TEST_F(WorkerPoolTest, Run_OnlyThePoolHasWork_TheIoContextKeepsRunning) {
  WorkerPool pool{small_pool()};
  Result<void> result;
  block(pool, result);
  std::thread releaser([this] { release_.set_value(); });
  run_to_the_end();
  releaser.join();
  EXPECT_TRUE(result.done());
}

TEST_F(WorkerPoolTest, Run_QueueFull_IsRefusedAtOnceWithRetryAfter) {
  auto options = small_pool();
  options.queue_max = 2;
  WorkerPool pool{options};
  Result<void> blocking;
  block(pool, blocking);
  std::array<Result<int>, 3> results;
  for (auto& result : results) start(pool, [] { return 1; }, result);
  run_ready();
  EXPECT_EQ(pool.waiting(), 2u);
  ASSERT_TRUE(results[2].outcome);
  ASSERT_FALSE(results[2].outcome->has_value());
  EXPECT_GE(results[2].outcome->error().retry_after, 1s);
  EXPECT_FALSE(results[1].done());
  release_.set_value();
  run_to_the_end();
  EXPECT_EQ(results[0].outcome->value(), 1);
  EXPECT_EQ(results[1].outcome->value(), 1);
}

TEST_F(WorkerPoolTest, Run_PredictedWaitTooLong_IsRefusedThoughTheQueueHasRoom) {
  auto options = small_pool();
  options.queue_max = 1'000;
  // The first guess at a job's time is 10 ms: after a running job and 500 waiting ones, 5,010 ms are predicted.
  options.wait_max = 5s;
  WorkerPool pool{options};
  Result<void> blocking;
  block(pool, blocking);
  std::array<Result<int>, 501> results;
  for (auto& result : results) start(pool, [] { return 1; }, result);
  run_ready();
  EXPECT_EQ(pool.waiting(), 500u);
  EXPECT_EQ(pool.predicted_wait(), 5'010ms);
  ASSERT_TRUE(results.back().outcome);
  EXPECT_FALSE(results.back().outcome->has_value());
  release_.set_value();
  run_to_the_end();
}

TEST_F(WorkerPoolTest, Run_WaitedTwiceTheLimitInSpiteOfThePrediction_IsRefusedUnrun) {
  auto options = small_pool();
  options.wait_max = 1'500ms;  // the blocking job itself may take twice that to begin
  WorkerPool pool{options};
  Result<void> blocking;
  block(pool, blocking);
  std::atomic<bool> ran = false;
  auto job = [&ran] { ran = true; };
  Result<void> late;
  start(pool, job, late);
  run_ready();
  const auto queued_by = std::chrono::steady_clock::now();
  EXPECT_TRUE(
      testing::run_until(io_, [&] { return std::chrono::steady_clock::now() - queued_by > 2 * options.wait_max; }));
  release_.set_value();
  run_to_the_end();
  EXPECT_TRUE(blocking.outcome->has_value());
  ASSERT_TRUE(late.outcome);
  EXPECT_FALSE(late.outcome->has_value());
  EXPECT_FALSE(ran);
}

TEST_F(WorkerPoolTest, Run_ClientGoneWhileItWaited_IsRefusedUnrun) {
  WorkerPool pool{small_pool()};
  Result<void> blocked;
  Result<void> waiting;
  std::atomic<bool> ran = false;
  std::stop_source client;
  block(pool, blocked);
  start(pool, [&ran] { ran = true; }, waiting, client.get_token());
  run_ready();
  client.request_stop();
  release_.set_value();
  run_to_the_end();
  EXPECT_TRUE(blocked.outcome->has_value());
  EXPECT_FALSE(waiting.outcome->has_value());
  EXPECT_FALSE(ran);
}

/// A client that shuts down only its own direction after the request still wants the answer, and a free thread gives
/// it.
TEST_F(WorkerPoolTest, Run_ClientGoneButAThreadIsFree_Runs) {
  WorkerPool pool{small_pool()};
  std::stop_source client;
  client.request_stop();
  const auto job = [] { return 7; };
  EXPECT_EQ(testing::run_task(io_, pool.run(job, client.get_token())).value(), 7);
}

TEST_F(WorkerPoolTest, Run_AfterAnOverload_WorksAgain) {
  auto options = small_pool();
  options.queue_max = 1;
  WorkerPool pool{options};
  Result<void> blocking;
  block(pool, blocking);
  std::array<Result<int>, 4> results;
  for (auto& result : results) start(pool, [] { return 1; }, result);
  run_ready();
  release_.set_value();
  run_to_the_end();
  auto job = [] { return 2; };
  EXPECT_EQ(testing::run_task(io_, pool.run(job)).value(), 2);
}

TEST_F(WorkerPoolTest, Stop_WaitingJobsEndWithPoolStopped_RunningOnesDeliver) {
  WorkerPool pool{small_pool()};
  Result<void> running;
  block(pool, running);
  std::atomic<bool> ran = false;
  Result<void> waiting;
  start(pool, [&ran] { ran = true; }, waiting);
  run_ready();
  // Stopping empties the queue first; only then may the running job end.
  std::thread releaser([&] {
    while (pool.waiting() > 0) std::this_thread::yield();
    release_.set_value();
  });
  pool.stop();
  releaser.join();
  run_to_the_end();
  EXPECT_TRUE(running.outcome && running.outcome->has_value());
  EXPECT_TRUE(waiting.stopped());
  EXPECT_FALSE(ran);
}

TEST_F(WorkerPoolTest, Run_AfterStop_ThrowsPoolStopped) {
  WorkerPool pool{small_pool()};
  pool.stop();
  pool.stop();
  auto job = [] { return 1; };
  EXPECT_THROW((void)testing::run_task(io_, pool.run(job)), PoolStopped);
}

TEST_F(WorkerPoolTest, Destroy_JobsWaiting_TheirCallersGetPoolStopped) {
  Result<void> running;
  std::array<Result<int>, 3> waiting;
  {
    WorkerPool pool{small_pool()};
    block(pool, running);
    for (auto& result : waiting) start(pool, [] { return 1; }, result);
    run_ready();
    release_.set_value();
  }
  run_to_the_end();
  EXPECT_TRUE(running.done());
  for (const auto& result : waiting) EXPECT_TRUE(result.stopped() || result.outcome->value() == 1);
}

TEST_F(WorkerPoolTest, IoContextDestroyedBeforeResuming_CoroutinesAreDestroyedWithIt) {
  auto watched = std::make_shared<int>(1);
  const std::weak_ptr<int> watch = watched;
  {
    boost::asio::io_context io{1};
    WorkerPool pool{small_pool()};
    boost::asio::co_spawn(io, pool.run([] { return 1; }), [watched = std::move(watched)](std::exception_ptr, auto) {});
    io.poll();
    pool.stop();
  }
  EXPECT_TRUE(watch.expired());
}

TEST_F(WorkerPoolTest, Run_FromManyIoThreads_EachJobRunsOnce) {
  constexpr int callers = 4;
  constexpr int jobs_each = 250;
  auto options = small_pool();
  options.threads = 3;
  options.queue_max = callers * jobs_each;
  options.wait_max = 1h;  // one job that is held up makes the pool predict as long a wait for all others
  WorkerPool pool{options};
  std::atomic<int> ran = 0;
  std::atomic<int> delivered = 0;
  std::list<boost::asio::io_context> contexts;
  std::vector<std::thread> threads;
  for (int i = 0; i < callers; ++i) {
    threads.emplace_back([&, &io = contexts.emplace_back(1)] {
      for (int j = 0; j < jobs_each; ++j) {
        auto job = [&ran] { return ran.fetch_add(1); };
        boost::asio::co_spawn(io, pool.run(job), [&](std::exception_ptr failure, auto outcome) {
          if (!failure && outcome) ++delivered;
        });
      }
      io.run();
    });
  }
  for (auto& thread : threads) thread.join();
  pool.stop();
  EXPECT_EQ(ran, callers * jobs_each);
  EXPECT_EQ(delivered, callers * jobs_each);
}

TEST_F(WorkerPoolTest, Nice_AboveZero_LowersThePoolsThreadsOnly) {
  auto options = small_pool();
  options.nice = 19;
  WorkerPool pool{options};
  const auto own_nice = [] { return getpriority(PRIO_PROCESS, static_cast<id_t>(gettid())); };
  const int nice_before = own_nice();
  EXPECT_EQ(testing::run_task(io_, pool.run(own_nice)).value(), 19);
  EXPECT_EQ(own_nice(), nice_before);
}

TEST_F(WorkerPoolTest, NoJobForAWhile_OnIdleIsCalledOncePerThread_AndAgainAfterTheNextJob) {
  std::mutex mutex;
  std::vector<std::thread::id> idled;
  auto options = small_pool();
  options.idle_after = 5ms;
  options.on_idle = [&] {
    const std::scoped_lock lock(mutex);
    idled.push_back(std::this_thread::get_id());
  };
  const auto times_idled = [&] {
    const std::scoped_lock lock(mutex);
    return idled.size();
  };
  WorkerPool pool{options};
  EXPECT_TRUE(testing::run_until(io_, [&] { return times_idled() == 1; }));
  const auto worker = testing::run_task(io_, pool.run([] { return std::this_thread::get_id(); })).value();
  EXPECT_TRUE(testing::run_until(io_, [&] { return times_idled() == 2; }));
  testing::run_until(io_, [] { return false; }, 20 * options.idle_after);
  EXPECT_EQ(idled, (std::vector{worker, worker}));
}

TEST_F(WorkerPoolTest, Options_OutsideTheirRanges_AreRefused) {
  auto no_threads = small_pool();
  no_threads.threads = 0;
  EXPECT_THROW(WorkerPool{no_threads}, std::invalid_argument);
  auto raised_priority = small_pool();
  raised_priority.nice = -1;
  EXPECT_THROW(WorkerPool{raised_priority}, std::invalid_argument);
  auto no_wait = small_pool();
  no_wait.wait_max = 0ms;
  EXPECT_THROW(WorkerPool{no_wait}, std::invalid_argument);
  auto always_idle = small_pool();
  always_idle.on_idle = [] {};
  EXPECT_THROW(WorkerPool{always_idle}, std::invalid_argument);
}

}  // namespace
}  // namespace gatehouse::runtime
