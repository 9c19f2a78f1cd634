#include "runtime/periodic.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <exception>

#include "runtime/steady_timer.hpp"

namespace gatehouse::runtime {
Task<> run_periodically(std::chrono::milliseconds interval, PeriodicJob job, FailureSink on_failure) {
  // Cancellation ends the loop by a look at its state, not by an exception out of whatever happens to be awaited.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  SteadyTimer timer{co_await boost::asio::this_coro::executor};

  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    try {
      co_await job();
    } catch (const std::exception& failure) {
      if (cancellation.cancelled() == boost::asio::cancellation_type::none) on_failure(failure.what());
    }
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;

    boost::system::error_code interrupted;
    timer.expires_after(interval);
    co_await timer.async_wait(boost::asio::redirect_error(use_task, interrupted));
  }
}

}  // namespace gatehouse::runtime
