#pragma once

#include <chrono>

#include "database/call_observer.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Writes a line for each call of the database that took longer than SLOW_QUERY: its statement's name, its time and
/// rows, and for which request. Never a parameter. Any thread.
class SlowQueryLog final : public database::CallObserver {
 public:
  /// `log` outlives it. 0: no line at all.
  SlowQueryLog(telemetry::Log& log, std::chrono::milliseconds longer_than) : log_(log), longer_than_(longer_than) {}

  void on_call(const database::EndedCall& call) noexcept override;

 private:
  telemetry::Log& log_;
  const std::chrono::milliseconds longer_than_;
};

}  // namespace gatehouse::service
