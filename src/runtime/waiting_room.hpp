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
/// Any thread calls; each coroutine is resumed on its own.
class WaitingRoom {
 public:
  WaitingRoom() = default;
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  /// How often it has happened. To be read before the look at what one waits for, so that nothing is missed between
  /// that look and the wait.
  [[nodiscard]] std::uint64_t turn() const;

  /// Until it has happened since `seen`, but not beyond `until`, nor after a stop of `gone`, which is requested on the
  /// coroutine's thread. It returns early where its coroutine is cancelled. The room outlives the coroutine.
  [[nodiscard]] Task<> wait(std::uint64_t seen, std::chrono::steady_clock::time_point until, std::stop_token gone);

  /// It has happened: wakes all who wait.
  void wake_all();

 private:
  /// One who waits; in the list for as long as it does.
  class Guest;
  struct Entry : boost::intrusive::list_base_hook<> {
    std::shared_ptr<SteadyTimer> timer;
  };

  mutable std::mutex mutex_;
  std::uint64_t turn_ = 0;                                                              ///< guarded by mutex_
  boost::intrusive::list<Entry, boost::intrusive::constant_time_size<false>> waiting_;  ///< guarded by mutex_
};

}  // namespace gatehouse::runtime
