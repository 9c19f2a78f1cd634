#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

namespace gatehouse::database::postgres {

/// Chooses which of several standbys is asked next: each in turn. One that was behind is left out for a moment, so that
/// it costs only one of many reads a second round trip; one that gave no answer is left out for longer. Pure; belongs
/// to one thread.
class StandbyChoice {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  static constexpr std::chrono::milliseconds behind_pause{20};
  static constexpr std::chrono::milliseconds failed_pause{1'000};

  explicit StandbyChoice(std::size_t count) : not_before_(count, Instant::min()) {}

  /// `is_connected(position)` says whether that standby can be asked at all. Nothing if none can.
  template <class IsConnected>
  [[nodiscard]] std::optional<std::size_t> next(Instant now, IsConnected is_connected) {
    const std::size_t count = not_before_.size();
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t position = (turn_ + i) % count;
      if (now < not_before_[position] || !is_connected(position)) continue;
      turn_ = position + 1;
      return position;
    }
    return std::nullopt;
  }

  /// Leaves that standby out for the pause.
  void put_off(std::size_t position, Instant now, std::chrono::milliseconds pause) {
    not_before_[position] = now + pause;
  }

 private:
  std::vector<Instant> not_before_;
  std::size_t turn_ = 0;
};

}  // namespace gatehouse::database::postgres
