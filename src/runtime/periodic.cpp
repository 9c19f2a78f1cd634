#include "runtime/periodic.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/redirect_error.hpp>
#include <exception>

#include "runtime/steady_timer.hpp"

namespace gatehouse::runtime {

Task<> pause_for(std::chrono::milliseconds time) {
  SteadyTimer timer{co_await boost::asio::this_coro::executor};
  timer.expires_after(time);
  boost::system::error_code interrupted;
  co_await timer.async_wait(boost::asio::redirect_error(use_task, interrupted));
}

Task<> run_periodically(std::chrono::milliseconds interval, PeriodicJob job, FailureSink on_failure, Pause pause) {
  // The loop checks the cancellation state itself, so that cancellation does not throw out of whatever is being
  // awaited.
  co_await boost::asio::this_coro::throw_if_cancelled(false);
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  while (cancellation.cancelled() == boost::asio::cancellation_type::none) {
    try {
      co_await job();
    } catch (const std::exception& failure) {
      if (cancellation.cancelled() == boost::asio::cancellation_type::none) on_failure(failure.what());
    }
    if (cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
    co_await pause(interval);
  }
}

}  // namespace gatehouse::runtime
