#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "base/request_scope.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Logs the requests that failed, of all io threads. While something that the service depends on is away, a line for
/// each of them would only fill the log: one line a second says how many there were, and one when it is over.
///
/// Any thread.
class FailureLog {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::seconds line_interval{1};
  /// After so long without a failure it counts as over.
  static constexpr std::chrono::seconds quiet_after{5};

  /// `log` outlives it.
  explicit FailureLog(telemetry::Log& log) : log_(log) {}

  /// A mistake of the service: a line of its own, always.
  void report_fault(const RequestScope& request, std::string_view what);
  /// The request was refused because something is away or overloaded.
  void report_unavailable(const RequestScope& request, std::string_view what, Instant now);
  /// Says that it is over, once it is. To be called about every second.
  void end_if_quiet(Instant now);

 private:
  telemetry::Log& log_;

  std::mutex mutex_;
  // Guarded by mutex_; of the outage that is not over.
  std::int64_t failed_ = 0;  ///< 0: there is none
  std::int64_t unlogged_ = 0;
  Instant begun_at_{};
  Instant last_failure_at_{};
  Instant last_line_at_{};
};

}  // namespace gatehouse::service
