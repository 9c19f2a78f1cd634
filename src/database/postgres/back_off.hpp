#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace gatehouse::database::postgres {

/// Growing pauses between attempts to connect: from 50 ms, doubling up to 2 s. Each is shortened at random by up to
/// half, so that replicas do not all return at once. The longest pause and one attempt together stay within the
/// promised recovery time of 5 s.
class BackOff {
 public:
  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{2'000};

  explicit BackOff(std::uint32_t seed) : random_(seed) {}

  [[nodiscard]] std::chrono::milliseconds next() {
    const auto pause = pause_;
    pause_ = std::min(pause_ * 2, pause_max);
    std::uniform_int_distribution<std::int64_t> cut(0, pause.count() / 2);
    return pause - std::chrono::milliseconds{cut(random_)};
  }
  void reset() noexcept { pause_ = pause_min; }

 private:
  std::minstd_rand random_;
  std::chrono::milliseconds pause_ = pause_min;
};

}  // namespace gatehouse::database::postgres
