#pragma once

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <functional>
#include <list>
#include <string_view>

#include "runtime/task.hpp"

namespace gatehouse::runtime {

/// Background work of one io thread that its owner can end: nothing runs detached.
///
/// All calls must come from that thread. Destroying the group ends no task, and a task that ends later would touch the
/// destroyed group. So cancel() the group first and destroy it once is_empty(), or after the io_context has stopped for
/// good.
class TaskGroup {
 public:
  using FailureSink = std::function<void(std::string_view)>;

  /// `on_failure` is called for tasks that ended with an exception.
  TaskGroup(boost::asio::io_context& io, FailureSink on_failure);

  void spawn(Task<> task);

  /// Asks every task to end at its next wait that can be cancelled. One that has not begun yet does not begin.
  void cancel();
  /// Calls back once, when the last task has ended; immediately, from within this call, if there is none now.
  void when_empty(std::function<void()> call);
  [[nodiscard]] bool is_empty() const noexcept { return spawned_.empty(); }

 private:
  struct Spawned {
    boost::asio::cancellation_signal signal{};
    bool has_begun = false;
    bool is_cancelled = false;  ///< before it began
  };

  [[nodiscard]] static Task<> begin(Spawned& spawned, Task<> task);
  void report(const std::exception_ptr& thrown);

  boost::asio::io_context& io_;
  FailureSink on_failure_;
  std::list<Spawned> spawned_;        ///< spawned and not yet ended
  std::function<void()> when_empty_;  ///< called once, if set
  bool is_cancelled_ = false;
};

}  // namespace gatehouse::runtime
