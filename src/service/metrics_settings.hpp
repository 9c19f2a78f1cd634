#pragma once

#include <cstdint>
#include <string>

#include "config/setting.hpp"

namespace gatehouse::service {

/// Where the metrics are served without an API key.
struct MetricsSettings {
  std::string host = "127.0.0.1";  ///< METRICS_HOST
  std::uint16_t port = 0;          ///< METRICS_PORT; 0: nowhere
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<MetricsSettings> metrics_section();

}  // namespace gatehouse::service
