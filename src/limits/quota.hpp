#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/values.hpp"

namespace gatehouse::limits {

/// How many units one key may use: `units` in each `window`, and up to `burst` of them at once.
struct Quota {
  std::uint32_t units;
  std::chrono::seconds window;
  std::uint32_t burst;

  /// The time between two units that come evenly. Rounded up, so that a window never holds more than its units.
  [[nodiscard]] constexpr std::chrono::microseconds interval() const {
    return (std::chrono::microseconds{window} + std::chrono::microseconds{units - 1}) / units;
  }

  friend bool operator==(const Quota&, const Quota&) = default;
};

/// `60/5m/20` (units, window, burst), or `off`, which is no quota.
[[nodiscard]] config::Parsed<std::optional<Quota>> parse_quota(std::string_view text);

}  // namespace gatehouse::limits
