#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.hpp"

namespace gatehouse {

/// The years 0000 to 9999, which dates are written in. A database may hold others, and ±infinity.
inline constexpr TimePoint calendar_begin{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
inline constexpr TimePoint calendar_end =
    TimePoint{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}} - std::chrono::microseconds{1};

/// The time itself, or the nearest one that can be written. So far from the ends of the integer, durations can be
/// added.
[[nodiscard]] constexpr TimePoint within_calendar(TimePoint time) {
  return std::clamp(time, calendar_begin, calendar_end);
}

}  // namespace gatehouse
