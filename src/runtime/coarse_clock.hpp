#pragma once

#include <chrono>
#include <ctime>

namespace gatehouse::runtime {

/// The steady clock as the kernel last advanced it (CLOCK_MONOTONIC_COARSE of clock_gettime(2)): some milliseconds
/// behind, and several times cheaper to read. For deadlines.
[[nodiscard]] inline std::chrono::steady_clock::time_point coarse_now() noexcept {
  timespec time{};
  (void)clock_gettime(CLOCK_MONOTONIC_COARSE, &time);  // it fails only for unknown clocks
  return std::chrono::steady_clock::time_point{std::chrono::seconds{time.tv_sec} +
                                               std::chrono::nanoseconds{time.tv_nsec}};
}

}  // namespace gatehouse::runtime
