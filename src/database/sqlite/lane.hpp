#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <vector>

#include "database/sqlite/call.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::sqlite {

/// The bounded queue between the io threads and the threads that own connections: one for writes, one for reads.
///
/// Every call submitted is answered: by the thread that took it, by expire() when it outlives its deadline, or by
/// stop(). Thread-safe.
class Lane {
 public:
  /// At most `waiting_max` calls wait: the next one gets Unavailable{overload}.
  explicit Lane(std::size_t waiting_max) : waiting_max_(waiting_max) {}

  /// Queues the call and suspends the coroutine until it is answered. On the io thread of the call.
  [[nodiscard]] Task<> submit(CallPtr call);

  /// The next calls, oldest first, at most `max` and never a script together with anything else. Waits for the first
  /// one until `until`; empty if none came, at a wake(), or after stop(). The calling thread has answered what it took
  /// before.
  [[nodiscard]] std::vector<CallPtr> take(std::size_t max, Deadline until);

  /// Wakes the threads that wait for calls, so that they look after their connections.
  void wake();

  /// Answers the calls whose deadline has passed. Waiting calls are answered at once; running ones after
  /// `running_grace`, because their thread normally answers them itself.
  void expire(Deadline now);

  /// Refuses every call from now on, answers those that wait, and wakes the threads.
  void stop();
  [[nodiscard]] bool stopped() const;

  /// Calls that wait, and calls that are being run.
  struct Counts {
    std::size_t waiting;
    std::size_t running;
  };
  [[nodiscard]] Counts counts() const;

 private:
  friend struct Submission;
  static constexpr std::chrono::milliseconds running_grace{250};

  void push(CallPtr call);

  const std::size_t waiting_max_;

  mutable std::mutex mutex_;
  std::condition_variable arrived_;
  // Guarded by mutex_.
  std::deque<CallPtr> waiting_;
  std::vector<CallPtr> running_;
  unsigned wakes_ = 0;
  bool stopped_ = false;
};

}  // namespace gatehouse::database::sqlite
