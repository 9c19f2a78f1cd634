#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

namespace gatehouse::runtime {

/// Growing pauses between attempts to connect: from 50 ms, doubling up to the longest. Each is shortened at random by
/// up to half, so that replicas do not all return at once. The longest pause and one attempt together stay within the
/// recovery time that is promised, 5 s.
class BackOff {
 public:
  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{2'000};

  explicit BackOff(std::uint32_t seed, std::chrono::milliseconds longest = pause_max)
      : random_(seed), longest_(longest) {}

  [[nodiscard]] std::chrono::milliseconds next() {
    const auto pause = pause_;
    pause_ = std::min(pause_ * 2, longest_);
    std::uniform_int_distribution<std::int64_t> cut(0, pause.count() / 2);
    return pause - std::chrono::milliseconds{cut(random_)};
  }
  void reset() noexcept { pause_ = pause_min; }

 private:
  std::minstd_rand random_;
  std::chrono::milliseconds longest_;
  std::chrono::milliseconds pause_ = pause_min;
};

}  // namespace gatehouse::runtime
