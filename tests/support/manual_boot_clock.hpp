#pragma once

#include "base/boot_clock.hpp"

namespace gatehouse::testing {

/// A boot clock that moves only when told to. One thread.
class ManualBootClock final : public BootClock {
 public:
  [[nodiscard]] BootTime now() const noexcept override { return now_; }
  void advance(std::chrono::nanoseconds by) { now_ += by; }

 private:
  BootTime now_{};
};

}  // namespace gatehouse::testing
