#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "passwords/check_plan.hpp"

namespace gatehouse::passwords {

/// How long the latest checks of each format took on this machine. Any thread.
class FormatTimes {
 public:
  using Duration = std::chrono::nanoseconds;

  static constexpr std::size_t samples_min = 5;   ///< with fewer, a format counts as not measured
  static constexpr std::size_t samples_max = 64;  ///< of each format; older ones are forgotten
  static constexpr std::size_t formats_max = 40;  ///< further ones are not measured

  /// What is known about the formats in use.
  struct Knowledge {
    Duration slowest{0};      ///< the 95th percentile of the slowest measured format
    FormatsInUse unmeasured;  ///< the current format and all that are not measured
  };

  void add(const StoredHash& checked, Duration duration);

  [[nodiscard]] Knowledge of(const FormatsInUse& formats) const;

 private:
  /// The durations of one format; the next one replaces the oldest.
  struct Samples {
    std::array<Duration, samples_max> durations{};
    std::size_t count = 0;
    Duration p95{};
  };

  [[nodiscard]] const Samples* find_locked(const std::string& key) const;

  mutable std::mutex mutex_;
  std::map<std::string, Samples> samples_;  ///< guarded by mutex_; keyed by the text of the cost
};

}  // namespace gatehouse::passwords
