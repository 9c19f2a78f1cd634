#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Shares the result of work that is too expensive to do for every caller. The work is done once for all callers, on
/// the thread of the first one, and its finding stays valid for a while. Callers that ask while it is being done wait
/// for it.
///
/// Thread-safe; must outlive every ask(). Nobody waits any longer for a run that has taken longer than `patience`, or
/// whose caller is gone; the next caller starts another run.
template <class Finding>
class SharedRun {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// How long a finding is valid, and how long callers wait for a run.
  struct Terms {
    std::chrono::milliseconds good_for;  ///< how long a finding answers all callers
    std::chrono::milliseconds patience;  ///< how long a caller waits for another's run
    std::function<Instant()> now = &std::chrono::steady_clock::now;
  };

  explicit SharedRun(Terms terms) : terms_(std::move(terms)) {}
  SharedRun(const SharedRun&) = delete;
  SharedRun& operator=(const SharedRun&) = delete;

  /// The finding; nothing if another caller's run took too long. `run` returns a Task<Finding> that does not throw.
  template <class Run>
  [[nodiscard]] Task<std::optional<Finding>> ask(Run run) {
    const Executor executor = co_await boost::asio::this_coro::executor;
    Turn turn = take_turn(executor);
    if (turn.known) co_return turn.known;
    if (turn.waiter) {
      boost::system::error_code ignored;  // woken by the end of the run, or late
      co_await turn.waiter->async_wait(boost::asio::redirect_error(use_task, ignored));
      co_return found_since(turn.began);
    }
    const Abandonment abandonment{*this, turn.began};
    Finding finding = co_await run();
    publish(finding, turn.began);
    co_return finding;
  }

 private:
  /// What a caller gets: a finding, a timer to wait on or, with neither, the task of making the run.
  struct Turn {
    std::optional<Finding> known = std::nullopt;
    std::shared_ptr<SteadyTimer> waiter = nullptr;
    Instant began{};  ///< when the run began that the caller waits for or makes
  };

  /// Ends a run whose coroutine is destroyed before it found anything.
  struct Abandonment {
    SharedRun& owner;
    Instant began;
    ~Abandonment() { owner.end(began); }
  };

  Turn take_turn(const Executor& executor) {
    const std::scoped_lock lock{mutex_};
    const Instant now = terms_.now();
    if (found_ && now - found_at_ < terms_.good_for) return {.known = found_};
    if (running_since_ && now - *running_since_ < terms_.patience) {
      auto waiter = std::make_shared<SteadyTimer>(executor, terms_.patience);
      waiters_.push_back(waiter);
      return {.waiter = std::move(waiter), .began = *running_since_};
    }
    running_since_ = now;
    return {.began = now};
  }

  void publish(const Finding& finding, Instant began) {
    const std::scoped_lock lock{mutex_};
    if (running_since_ != began) return;  // it took too long, and another run has begun
    found_ = finding;
    found_at_ = terms_.now();
    found_by_ = began;
  }

  void end(Instant began) {
    const std::scoped_lock lock{mutex_};
    if (running_since_ != began) return;
    running_since_.reset();
    for (const auto& weak : std::exchange(waiters_, {})) {
      if (auto waiter = weak.lock()) wake(std::move(waiter));
    }
  }

  /// A timer may be touched only on its own thread.
  static void wake(std::shared_ptr<SteadyTimer> waiter) {
    const Executor executor = waiter->get_executor();
    boost::asio::post(executor, [waiter = std::move(waiter)] { waiter->cancel(); });
  }

  std::optional<Finding> found_since(Instant began) {
    const std::scoped_lock lock{mutex_};
    if (!found_ || found_by_ < began) return std::nullopt;
    return found_;
  }

  const Terms terms_;

  std::mutex mutex_;
  // Guarded by mutex_.
  std::optional<Finding> found_;
  Instant found_at_{};
  Instant found_by_{};                               ///< when the run that found it began
  std::optional<Instant> running_since_;             ///< when the current run began
  std::vector<std::weak_ptr<SteadyTimer>> waiters_;  ///< each belongs to the coroutine that waits on it
};

}  // namespace gatehouse::runtime
