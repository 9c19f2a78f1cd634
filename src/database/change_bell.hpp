#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "database/change_observer.hpp"
#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

/// Wakes a coroutine when something of its topics was changed, or may have been, by this process or another one. Each
/// feature has its own bell with its own topics. If the change feed is silent, the waiting coroutine merely looks for
/// changes a little later.
///
/// Any thread may ring; one coroutine at a time waits.
class ChangeBell : public ChangeObserver {
 public:
  /// The names are static.
  explicit ChangeBell(std::vector<std::string_view> topics) : topics_(std::move(topics)) {}
  ChangeBell(const ChangeBell&) = delete;
  ChangeBell& operator=(const ChangeBell&) = delete;

  /// Rings on the first proof of all, and on the first one after a loss: changes made before it were not announced.
  void on_feed_proved(BootTime trusted_until) noexcept override;
  /// Rings, because SQLite's feed reports a loss when another process has written.
  void on_feed_lost() noexcept override;
  void on_announcement(const Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override { ring(); }

  void ring() noexcept;

  /// Waits until the bell rings, but at most `at_most`; returns at once if it has rung since the last wait. Also
  /// returns early if its coroutine is cancelled. The bell outlives the coroutine's event loop.
  [[nodiscard]] Task<> wait(std::chrono::milliseconds at_most);

 private:
  /// Registers the timer that a ring cancels, for as long as a coroutine waits.
  class Waiting;

  const std::vector<std::string_view> topics_;
  std::atomic<bool> is_feed_proved_ = false;

  std::mutex mutex_;
  bool has_rung_ = false;                         ///< guarded by mutex_
  std::shared_ptr<runtime::SteadyTimer> waiter_;  ///< guarded by mutex_; null: nobody waits
};

}  // namespace gatehouse::database
