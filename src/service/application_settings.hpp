#pragma once

#include <cstdint>

#include "config/environment.hpp"
#include "config/setting.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// In which form the log is written; `automatic` is text on a terminal and JSON elsewhere.
enum class LogFormat : std::uint8_t { automatic, json, console };

/// Settings that concern the program as a whole.
struct ApplicationSettings {
  config::Environment environment = config::Environment::development;  ///< APP_ENV, else NODE_ENV
  telemetry::Level log_level = telemetry::Level::info;                 ///< LOG_LEVEL
  LogFormat log_format = LogFormat::automatic;                         ///< LOG_FORMAT
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<ApplicationSettings> application_section();

}  // namespace gatehouse::service
