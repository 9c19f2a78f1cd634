#pragma once

#include <chrono>

#include "runtime/steady_timer.hpp"
#include "runtime/task.hpp"

namespace gatehouse::api {

/// Delays an answer until a fixed time after its request, so that its timing reveals nothing about what was found: for
/// a known user, a few more rows are written. This works as long as the work takes less time. Waiting uses no
/// processor.
class EvenTime {
 public:
  /// More than a commit takes on a slow disk; a user who waits for a mail does not notice it.
  static constexpr std::chrono::milliseconds span{100};

  [[nodiscard]] Task<> wait() const {
    runtime::SteadyTimer timer{co_await boost::asio::this_coro::executor, begun_ + span};
    co_await timer.async_wait(use_task);
  }

 private:
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

}  // namespace gatehouse::api
