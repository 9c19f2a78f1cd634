#pragma once

#include <chrono>

#include "database/call_observer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Logs each database call that took SLOW_QUERY or longer: the name of its statement, its duration, its rows, and its
/// request. Never logs a parameter. Any thread.
class SlowQueryLog final : public database::CallObserver {
 public:
  /// `log` outlives it. 0: nothing is logged.
  SlowQueryLog(telemetry::Log& log, std::chrono::milliseconds longer_than) : log_(log), longer_than_(longer_than) {}

  void on_call(const database::EndedCall& call) noexcept override;

 private:
  telemetry::Log& log_;
  const std::chrono::milliseconds longer_than_;
};

}  // namespace gatehouse::service
