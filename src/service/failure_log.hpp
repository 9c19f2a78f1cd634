#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "base/request_scope.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Logs the requests that failed, of all io threads. While something that the service depends on is unavailable, a line
/// for each request would only fill the log. Instead, one line a second says how many failed, and one line says when it
/// is over.
///
/// Any thread.
class FailureLog {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds line_interval{1};
  /// An outage counts as over after this long without a failure.
  static constexpr std::chrono::seconds quiet_after{5};

  /// `log` outlives it.
  explicit FailureLog(telemetry::Log& log) : log_(log) {}

  /// A fault of the service; it always gets its own line.
  void report_fault(const RequestScope& request, std::string_view what);
  /// The request was refused because something is unavailable or overloaded.
  void report_unavailable(const RequestScope& request, std::string_view what, Instant now);
  /// Logs the end of an outage once it is over. To be called about every second.
  void end_if_quiet(Instant now);

 private:
  telemetry::Log& log_;

  std::mutex mutex_;
  // Guarded by mutex_; about the current outage.
  std::int64_t failed_ = 0;  ///< 0: no outage
  std::int64_t unlogged_ = 0;
  Instant begun_at_{};
  Instant last_failure_at_{};
  Instant last_line_at_{};
};

}  // namespace gatehouse::service
