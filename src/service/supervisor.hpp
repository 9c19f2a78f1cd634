#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/log.hpp"

namespace gatehouse::service {

/// The program that started the process and watches it, as systemd does with Type=notify. It is told over a socket how
/// the process is doing, in the protocol of sd_notify(3). If the environment names no socket, there is no supervisor
/// and the calls do nothing.
///
/// A message that cannot be sent is logged as `notify_failed`, and the process goes on. A supervisor that does not read
/// holds up a call for at most a second. Any thread may call.
class Supervisor {
 public:
  /// Reads from the process's environment: NOTIFY_SOCKET, a path or `@` and an abstract name; WATCHDOG_USEC and
  /// WATCHDOG_PID as in sd_watchdog_enabled(3); LISTEN_FDS and LISTEN_PID. `log` outlives the object.
  Supervisor(const std::map<std::string, std::string, std::less<>>& environment, telemetry::Log& log);

  /// Descriptors of the sockets that the supervisor has opened for this process (sd_listen_fds(3)): LISTEN_FDS of them,
  /// from 3 on, if LISTEN_PID is this process. The caller takes ownership. They are close-on-exec.
  [[nodiscard]] std::vector<int> handed_sockets() const;

  void tell_ready() const { send("READY=1"); }
  /// The settings are being read again, until tell_ready() is called.
  void tell_reloading() const;
  void tell_stopping() const { send("STOPPING=1"); }
  /// To be called at least once within each watchdog_timeout().
  void tell_alive() const { send("WATCHDOG=1"); }

  /// How long the supervisor waits for tell_alive() before it considers the process stuck; std::nullopt if it does not
  /// wait.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_timeout() const { return watchdog_timeout_; }

 private:
  void send(std::string_view message) const;

  std::string socket_;  ///< empty: no supervisor
  std::optional<std::chrono::microseconds> watchdog_timeout_;
  int handed_sockets_ = 0;
  telemetry::Log& log_;
};

}  // namespace gatehouse::service
