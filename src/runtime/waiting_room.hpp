#pragma once

#include <boost/intrusive/list.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>

#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Where coroutines of several event loops wait for the same thing to happen, again and again.
///
/// Any thread may call it; each coroutine is resumed on its own thread.
class WaitingRoom {
 public:
  WaitingRoom() = default;
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  /// How often it has happened. Read this before you check what you wait for, so that nothing is missed between the
  /// check and the wait.
  [[nodiscard]] std::uint64_t turn() const;

  /// Waits until it has happened since `seen`, but not beyond `until`, nor after a stop of `gone`, which is requested
  /// on the coroutine's thread. Returns early if its coroutine is cancelled. The room must outlive the coroutine.
  [[nodiscard]] Task<> wait(std::uint64_t seen, std::chrono::steady_clock::time_point until, std::stop_token gone);

  /// It has happened: wakes all who wait.
  void wake_all();

 private:
  /// One waiting coroutine; it is in the list while it waits.
  class Guest;
  struct Entry : boost::intrusive::list_base_hook<> {
    std::shared_ptr<SteadyTimer> timer;
  };

  mutable std::mutex mutex_;
  std::uint64_t turn_ = 0;                                                              ///< guarded by mutex_
  boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> waiting_;  ///< guarded by mutex_
};

}  // namespace gatehouse::runtime
