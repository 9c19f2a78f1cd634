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

/// Whoever started the process and watches it, as systemd does with Type=notify: it is told over a socket how the
/// process is doing, by the protocol of sd_notify(3). Where the environment names no socket there is none, and the
/// calls do nothing.
///
/// A message that cannot be sent is logged as `notify_failed`, and the process goes on. A supervisor that does not read
/// holds up a call for at most a second. Any thread may call.
class Supervisor {
 public:
  /// What the process was given: NOTIFY_SOCKET, a path or `@` and an abstract name; WATCHDOG_USEC and WATCHDOG_PID as
  /// in sd_watchdog_enabled(3); LISTEN_FDS and LISTEN_PID. `log` outlives the object.
  Supervisor(const std::map<std::string, std::string, std::less<>>& environment, telemetry::Log& log);

  /// Descriptors of the sockets that it has opened for this process (sd_listen_fds(3)): LISTEN_FDS of them, from 3 on,
  /// where LISTEN_PID is this process. Whoever asks takes them over; they are closed in programs that this one starts.
  [[nodiscard]] std::vector<int> handed_sockets() const;

  void tell_ready() const { send("READY=1"); }
  /// Until tell_ready() the settings are being read again.
  void tell_reloading() const;
  void tell_stopping() const { send("STOPPING=1"); }
  /// To be called at least once within each watchdog_timeout().
  void tell_alive() const { send("WATCHDOG=1"); }

  /// How long the supervisor waits for tell_alive() before it takes the process for stuck; nothing where it does not
  /// wait.
  [[nodiscard]] std::optional<std::chrono::microseconds> watchdog_timeout() const { return watchdog_timeout_; }

 private:
  void send(std::string_view message) const;

  std::string socket_;  ///< empty: nobody asks
  std::optional<std::chrono::microseconds> watchdog_timeout_;
  int handed_sockets_ = 0;
  telemetry::Log& log_;
};

}  // namespace gatehouse::service
