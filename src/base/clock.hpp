#pragma once

#include "base/time.hpp"

namespace gatehouse {

/// The wall clock, injected wherever a decision depends on the time. Any thread may call now().
class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const noexcept = 0;
};

/// The machine's clock (CLOCK_REALTIME).
class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const noexcept override {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

}  // namespace gatehouse
