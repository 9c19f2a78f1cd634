#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <thread>

namespace gatehouse::runtime {

/// While an instance lives, SIGINT, SIGTERM and SIGHUP do not end the process but set a flag, so that long work can
/// stop and clean up after itself. Use one at a time, and none where other code handles these signals.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// Whether such a signal was received. Any thread.
  [[nodiscard]] const std::atomic<bool>& has_come() const noexcept { return has_come_; }

 private:
  std::atomic<bool> has_come_ = false;
  boost::asio::io_context io_{1};
  boost::asio::signal_set signals_;
  std::jthread waiting_;
};

}  // namespace gatehouse::runtime
