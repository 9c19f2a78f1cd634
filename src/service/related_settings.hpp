#pragma once

#include "config/setting.hpp"
#include "service/settings.hpp"

namespace gatehouse::service {

/// Rules between settings of several features, which no feature can check alone.
[[nodiscard]] config::Section<Settings> related_section();

}  // namespace gatehouse::service
