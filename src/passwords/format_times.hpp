#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>

#include "passwords/check_plan.hpp"

namespace gatehouse::passwords {

/// How long checks of each format take on this machine, of the latest ones. Any thread.
class FormatTimes {
 public:
  using Duration = std::chrono::nanoseconds;

  static constexpr std::size_t samples_min = 5;   ///< before that a format counts as not measured
  static constexpr std::size_t samples_max = 64;  ///< of each format; older ones are forgotten
  static constexpr std::size_t formats_max = 40;  ///< no more are measured

  /// What is known of the formats in use.
  struct Knowledge {
    Duration slowest{0};      ///< what 95 of 100 checks of the slowest one take at most, of those that were measured
    FormatsInUse unmeasured;  ///< the others, beside the current one
  };

  void add(const StoredHash& checked, Duration duration);

  [[nodiscard]] Knowledge of(const FormatsInUse& formats) const;

 private:
  /// The durations of one format, the oldest of which the next one replaces.
  struct Samples {
    std::array<Duration, samples_max> durations{};
    std::size_t count = 0;
    Duration p95{};
  };

  [[nodiscard]] const Samples* find_locked(const std::string& key) const;

  mutable std::mutex mutex_;
  std::map<std::string, Samples> samples_;  ///< guarded by mutex_; by the text of the cost
};

}  // namespace gatehouse::passwords
