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

/// Wakes a coroutine when something of its topics was changed, by this process or another one, or may have been. A
/// feature has its own, which names the topics. A change feed that is silent means only that whoever waits looks for
/// changes a little later.
///
/// Any thread may ring; one coroutine at a time waits.
class ChangeBell : public ChangeObserver {
 public:
  /// The names are static.
  explicit ChangeBell(std::vector<std::string_view> topics) : topics_(std::move(topics)) {}
  ChangeBell(const ChangeBell&) = delete;
  ChangeBell& operator=(const ChangeBell&) = delete;

  /// The first proof after a loss, or at all: what was changed before it was not told.
  void on_feed_proved(BootTime trusted_until) noexcept override;
  /// SQLite says so when another process wrote.
  void on_feed_lost() noexcept override;
  void on_announcement(const Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override { ring(); }

  void ring() noexcept;

  /// Until it rings, or has rung since the last wait; at most so long. It returns early where its coroutine is
  /// cancelled. The bell outlives the event loop of the coroutine.
  [[nodiscard]] Task<> wait(std::chrono::milliseconds at_most);

 private:
  /// Whose timer a ring cancels, for as long as it waits.
  class Waiting;

  const std::vector<std::string_view> topics_;
  std::atomic<bool> is_feed_proved_ = false;

  std::mutex mutex_;
  bool has_rung_ = false;                         ///< guarded by mutex_
  std::shared_ptr<runtime::SteadyTimer> waiter_;  ///< guarded by mutex_; null: nobody waits
};

}  // namespace gatehouse::database
