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
  const auto signal = signals_.emplace(signals_.end());
  auto on_end = [this, signal](const std::exception_ptr& thrown) {
    signals_.erase(signal);
    if (thrown) report(thrown);
    if (signals_.empty() && when_empty_) std::exchange(when_empty_, nullptr)();
  };
  boost::asio::co_spawn(io_, std::move(task), boost::asio::bind_cancellation_slot(signal->slot(), std::move(on_end)));
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
  // A task that ends at once leaves the list while it is walked.
  for (auto signal = signals_.begin(); signal != signals_.end();) {
    (signal++)->emit(boost::asio::cancellation_type::terminal);
  }
}

}  // namespace gatehouse::runtime
