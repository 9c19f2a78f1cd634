#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "limits/quota.hpp"

/// The Generic Cell Rate Algorithm (ITU-T I.371, annex A): a leaky bucket whose whole state is one time, the
/// theoretical arrival of the next unit if units came evenly. A time in the past, or 0, is a bucket from which nothing
/// is missing.
namespace gatehouse::limits {

/// A time of a clock that does not go back, since a point that stays the same while the state lives.
using Instant = std::chrono::microseconds;

/// What is left for a key.
struct Standing {
  std::int64_t remaining = 0;     ///< units that it may use at once
  std::chrono::seconds reset{0};  ///< until there is one more, rounded up; 0: nothing is missing

  friend bool operator==(const Standing&, const Standing&) = default;
};

/// The state after one unit was used; nothing when none is left.
[[nodiscard]] std::optional<Instant> use_unit(Instant arrival, const Quota& quota, Instant now);

/// The state after one unit was given back.
[[nodiscard]] Instant give_back_unit(Instant arrival, const Quota& quota, Instant now);

[[nodiscard]] Standing standing(Instant arrival, const Quota& quota, Instant now);

}  // namespace gatehouse::limits
