#pragma once

#include "config/environment.hpp"
#include "config/setting.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// What concerns the program as a whole.
struct ApplicationSettings {
  config::Environment environment = config::Environment::development;  ///< APP_ENV, else NODE_ENV
  telemetry::Level log_level = telemetry::Level::info;                 ///< LOG_LEVEL
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<ApplicationSettings> application_section();

}  // namespace gatehouse::service
