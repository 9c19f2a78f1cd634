#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <expected>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "runtime/task.hpp"
#include "runtime/wait_estimate.hpp"

namespace gatehouse::runtime {

/// The pool takes no more work at present: answer 503 with this `Retry-After`.
struct PoolOverloaded {
  std::chrono::seconds retry_after{1};
};

/// Thrown at the co_await of a job that was still waiting when its pool stopped, or that was submitted after that. The
/// job did not run.
class PoolStopped : public std::runtime_error {
 public:
  PoolStopped() : std::runtime_error("the worker pool has stopped") {}
};

/// A fixed number of threads for work that blocks or computes for long, so that io threads never do.
///
/// The queue is bounded twice: by count (`queue_max`) and by time. A job is refused at once when the wait predicted for
/// it (see WaitEstimate) is above `wait_max`; should it nevertheless wait longer than twice that, it is refused when
/// its turn comes instead of being run for a caller who has given up. So each wait has a deadline, and an overloaded
/// pool spends its time on answers that are still wanted. A job that had to wait is refused as well if its `unwanted`
/// was asked to stop meanwhile, because its client has gone.
///
/// Order: first come, first served. Threads: run() may be called from any io thread; the coroutine is resumed by its
/// own io_context, which is kept from running out of work meanwhile. A job that ran is destroyed before its caller
/// resumes.
///
/// Priority: under the normal scheduling policy, `nice` lets io threads take a core from the pool when they wake, and
/// sets the share that the pool keeps when they never sleep (docs/adr/0018-hashing-keeps-a-share.md).
///
/// Lifetime: stop or destroy the pool before the io_contexts whose coroutines have used it: Asio's post() still touches
/// an io_context for a moment after the coroutine has resumed. stop() lets running jobs finish and deliver their
/// results; jobs still waiting are not run, and their callers get PoolStopped.
class WorkerPool {
 public:
  /// How large a pool is, and how patient.
  struct Options {
    std::string name;                           ///< the threads' name, as `top -H` shows it; at most 15 bytes are kept
    unsigned threads = 1;                       ///< at least 1
    int nice = 0;                               ///< 0 to 19, for each thread (setpriority(2))
    std::size_t queue_max = 1024;               ///< jobs waiting, without those running
    std::chrono::milliseconds wait_max{2'000};  ///< above 0
    std::chrono::milliseconds idle_after{0};    ///< with on_idle: above 0
    /// Each thread calls it once after it has had no job for idle_after, to release the memory it keeps, and not again
    /// before its next job. It must not throw.
    std::function<void()> on_idle = nullptr;
  };

  /// Starts the threads. Throws std::invalid_argument for options outside their ranges, std::system_error when a thread
  /// cannot be started.
  explicit WorkerPool(Options options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Runs `job()` on a thread of the pool and resumes with what it returned, or with PoolOverloaded when it was not
  /// run. An exception of the job is rethrown here; for PoolStopped, see above. The job may be move-only; it is moved,
  /// never copied. It cannot be cancelled: once begun it runs to its end.
  template <std::move_constructible Job>
    requires std::invocable<Job&>
  [[nodiscard]] Task<std::expected<std::invoke_result_t<Job&>, PoolOverloaded>> run(Job job,
                                                                                    std::stop_token unwanted = {});

  /// Refuses further jobs, ends those waiting with PoolStopped, waits for those running and joins the threads. May be
  /// called again, but not from a job nor by two threads at once.
  void stop();

  /// Jobs waiting now, for metrics. Any thread.
  [[nodiscard]] std::size_t waiting() const;
  /// What run() would predict now, for metrics. Any thread.
  [[nodiscard]] std::chrono::nanoseconds predicted_wait() const;

 private:
  using Clock = std::chrono::steady_clock;

  enum class Fate { run, overloaded, stopped };

  /// One call of run(), from the queue to the posted completion. Called exactly once, never under the lock.
  using Work = std::move_only_function<void(Fate, PoolOverloaded)>;

  struct Entry {
    Work work;
    Clock::time_point queued_at;
    std::stop_token unwanted;
    bool waited;  ///< no thread was free when it was submitted
  };

  template <class Result>
  struct Submission;

  void submit(Work work, std::stop_token unwanted);
  [[nodiscard]] bool is_wanted(const Entry& entry, Clock::time_point now) const;
  [[nodiscard]] std::chrono::nanoseconds predicted_wait_locked() const;
  void work_through_queue();
  void wait_for_work(std::unique_lock<std::mutex>& lock);
  void lower_priority() const;

  // Constant after construction.
  const Options options_;

  // Guarded by mutex_, which is never held while a job or a completion runs.
  mutable std::mutex mutex_;
  std::condition_variable work_came_;
  std::deque<Entry> queue_;
  std::size_t running_ = 0;
  bool stopped_ = false;
  WaitEstimate estimate_;

  std::vector<std::thread> threads_;
};

/// What async_initiate calls with the suspended coroutine: wraps job and coroutine into one Work.
template <class Result>
struct WorkerPool::Submission {
  using Outcome = std::expected<Result, PoolOverloaded>;

  template <class Handler, class Job>
  void operator()(Handler handler, Job job, std::stop_token unwanted) const {
    auto executor = boost::asio::get_associated_executor(handler);
    Work work = [job = std::move(job), handler = std::move(handler), guard = boost::asio::make_work_guard(executor)](
                    Fate fate, PoolOverloaded refusal) mutable {
      std::exception_ptr failure;
      Outcome outcome = std::unexpected(refusal);
      if (fate == Fate::run) {
        run_job(std::move(job), outcome, failure);
      } else if (fate == Fate::stopped) {
        failure = std::make_exception_ptr(PoolStopped{});
      }
      auto caller = guard.get_executor();
      // The guard moves along, so that the io_context cannot run out of work before the coroutine resumes.
      boost::asio::post(
          caller, [handler = std::move(handler), failure = std::move(failure), outcome = std::move(outcome),
                   guard = std::move(guard)]() mutable { std::move(handler)(std::move(failure), std::move(outcome)); });
    };
    pool->submit(std::move(work), std::move(unwanted));
  }

  /// Takes the job by value, so that everything it owns is destroyed before its caller resumes.
  template <class Job>
  static void run_job(Job job, Outcome& outcome, std::exception_ptr& failure) {
    try {
      if constexpr (std::is_void_v<Result>) {
        job();
        outcome = Outcome{};
      } else {
        outcome = Outcome{job()};
      }
    } catch (...) {
      failure = std::current_exception();
    }
  }

  WorkerPool* pool;
};

template <std::move_constructible Job>
  requires std::invocable<Job&>
Task<std::expected<std::invoke_result_t<Job&>, PoolOverloaded>> WorkerPool::run(Job job, std::stop_token unwanted) {
  using Result = std::invoke_result_t<Job&>;
  using Signature = void(std::exception_ptr, std::expected<Result, PoolOverloaded>);
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, Signature>(
      Submission<Result>{this}, use_task, std::move(job), std::move(unwanted));
}

}  // namespace gatehouse::runtime
