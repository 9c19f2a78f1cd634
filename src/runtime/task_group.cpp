#include "runtime/task_group.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <utility>

namespace gatehouse::runtime {

TaskGroup::TaskGroup(boost::asio::io_context& io, FailureSink on_failure)
    : io_(io), on_failure_(std::move(on_failure)) {}

void TaskGroup::spawn(Task<> task) {
  const auto spawned = spawned_.emplace(spawned_.end());
  auto on_end = [this, spawned](const std::exception_ptr& thrown) {
    spawned_.erase(spawned);
    if (thrown) report(thrown);
    if (spawned_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
  };
  boost::asio::co_spawn(io_, begin(*spawned, std::move(task)),
                        boost::asio::bind_cancellation_slot(spawned->signal.slot(), std::move(on_end)));
}

// The element of the list outlives its coroutine, whose end removes it.
Task<> TaskGroup::begin(Spawned& spawned, Task<> task) {
  spawned.has_begun = true;
  if (!spawned.is_cancelled) co_await std::move(task);
}

void TaskGroup::report(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& failure) {
    const bool asked_to_end = is_cancelled_ && failure.code() == boost::asio::error::operation_aborted;
    if (!asked_to_end) on_failure_(failure.what());
  } catch (const std::exception& failure) {
    on_failure_(failure.what());
  }
}

void TaskGroup::when_empty(std::function<void()> call) {
  if (is_empty()) return call();
  when_empty_ = std::move(call);
}

void TaskGroup::cancel() {
  is_cancelled_ = true;
  // A task that ends at once is removed from the list during this loop.
  for (auto next = spawned_.begin(); next != spawned_.end();) {
    Spawned& spawned = *next++;
    // From Asio 1.28 on, a signal to a coroutine that has not begun throws out of the event loop.
    if (spawned.has_begun) {
      spawned.signal.emit(boost::asio::cancellation_type::terminal);
    } else {
      spawned.is_cancelled = true;
    }
  }
}

}  // namespace gatehouse::runtime
