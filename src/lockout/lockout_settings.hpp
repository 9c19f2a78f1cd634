#pragma once

#include <chrono>
#include <cstdint>

#include "config/setting.hpp"

namespace gatehouse::lockout {

/// How many wrong passwords an account tolerates from one place.
struct LockoutSettings {
  std::int64_t free = 5;                         ///< LOCKOUT_FREE: failures without a delay
  std::chrono::milliseconds delay_max{900'000};  ///< LOCKOUT_DELAY_MAX
  std::int64_t disable_after = 100;  ///< LOCKOUT_DISABLE_AFTER: failures after which no password is accepted
  std::chrono::milliseconds source_ttl{7'776'000'000};  ///< LOCKOUT_SOURCE_TTL: how long an address is known
};

/// The settings' names, defaults and rules.
[[nodiscard]] config::Section<LockoutSettings> lockout_section();

}  // namespace gatehouse::lockout
