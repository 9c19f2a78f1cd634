#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.hpp"

namespace gatehouse {

/// The years 0000 to 9999, the range that dates can be written in. A database may hold times outside it, and ±infinity.
inline constexpr TimePoint calendar_begin{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
inline constexpr TimePoint calendar_end =
    TimePoint{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}} - std::chrono::microseconds{1};

/// The time itself, or the nearest one that can be written. It is far enough from the limits of the integer that
/// durations can be added to it.
[[nodiscard]] constexpr TimePoint within_calendar(TimePoint time) {
  return std::clamp(time, calendar_begin, calendar_end);
}

}  // namespace gatehouse
