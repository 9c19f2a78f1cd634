#pragma once

#include <chrono>
#include <ctime>

namespace gatehouse {

/// Tags the times of BootClock, so that they cannot be mixed with those of clocks that may stop.
struct SinceBoot {
  // NOLINTBEGIN(readability-identifier-naming): the names of a Clock (C++23 [time.clock.req])
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SinceBoot>;
  // NOLINTEND(readability-identifier-naming)
  static constexpr bool is_steady = true;
};

/// A point in time, counted from the machine's boot.
using BootTime = SinceBoot::time_point;

/// CLOCK_BOOTTIME of clock_gettime(2): it never goes back, and it keeps running while this process is stopped and while
/// the machine sleeps. Code that trusts something for a limited time uses this clock. Reading it takes no system call.
[[nodiscard]] inline BootTime boot_now() noexcept {
  timespec time{};
  (void)clock_gettime(CLOCK_BOOTTIME, &time);  // it fails only for unknown clocks
  return BootTime{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
}

/// The same clock, injected where a test has to set the time. Any thread may call now().
class BootClock {
 public:
  virtual ~BootClock() = default;
  [[nodiscard]] virtual BootTime now() const noexcept = 0;
};

/// The machine's clock.
class SystemBootClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override { return boot_now(); }
};

}  // namespace gatehouse
