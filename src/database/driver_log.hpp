#pragma once

#include <functional>
#include <string_view>
#include <utility>

#include "telemetry/level.hpp"

namespace gatehouse::database {

/// Receives what a driver does in the background: that a connection was opened, was lost or is tried again. `level` is
/// info if all is well and warn if an operator should look. `event` is a fixed snake_case name, `detail` one line
/// without statement parameters and without a password. Called from any thread; must not throw. A provider also accepts
/// an empty function; then nobody listens.
using DriverLog = std::function<void(telemetry::Level level, std::string_view event, std::string_view detail)>;

/// The log itself, or one that ignores every event if it is empty.
[[nodiscard]] inline DriverLog or_silent(DriverLog log) {
  return log ? std::move(log) : [](telemetry::Level, std::string_view, std::string_view) {};
}

}  // namespace gatehouse::database
