#pragma once

#include <string_view>

namespace gatehouse::telemetry {

/// How important a log line is; `off` is above all others and makes a log silent.
enum class Level { trace, debug, info, warn, error, off };

[[nodiscard]] constexpr std::string_view to_text(Level level) {
  switch (level) {
    case Level::trace:
      return "trace";
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warn:
      return "warn";
    case Level::error:
      return "error";
    case Level::off:
      break;
  }
  return "off";
}

}  // namespace gatehouse::telemetry
