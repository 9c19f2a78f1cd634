#pragma once

#include <cstdint>

#include "config/setting.hpp"

namespace gatehouse::devices {

/// How many devices there may be.
struct DeviceSettings {
  std::int64_t per_user_max = 20;  ///< DEVICES_PER_USER_MAX
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<DeviceSettings> device_section();

}  // namespace gatehouse::devices
