#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "runtime/steady_timer.hpp"
#include "service/supervisor.hpp"

namespace gatehouse::service {

/// Tells the supervisor that every event loop still turns.
///
/// Twice in each timeout a round begins at the first loop and goes from loop to loop. The supervisor is told only when
/// the round is back at the first loop. A loop that hangs holds the round up, so the supervisor hears nothing and
/// restarts the process.
///
/// Constructed and destroyed while the loops do not run. Call start() before they run or on the first loop, and stop()
/// on the first loop.
class Watchdog {
 public:
  using EventLoops = std::vector<std::reference_wrapper<boost::asio::io_context>>;

  /// `loops` is not empty; they and `supervisor` outlive the watchdog.
  Watchdog(EventLoops loops, const Supervisor& supervisor, std::chrono::microseconds timeout);

  void start();
  /// After it no round begins, and the supervisor is not told any more.
  void stop();

 private:
  void pass_to(std::size_t loop);
  void end_round();

  const EventLoops loops_;
  const Supervisor& supervisor_;
  const std::chrono::microseconds interval_;
  runtime::SteadyTimer timer_;
  bool is_stopped_ = false;
};

}  // namespace gatehouse::service
