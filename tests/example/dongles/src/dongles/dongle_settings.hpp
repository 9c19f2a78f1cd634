#pragma once

#include <cstdint>

#include "config/setting.hpp"

namespace gatehouse::dongles {

/// How many dongles there may be.
struct DongleSettings {
  std::int64_t per_user_max = 20;  ///< DONGLES_PER_USER_MAX
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<DongleSettings> dongle_section();

}  // namespace gatehouse::dongles
