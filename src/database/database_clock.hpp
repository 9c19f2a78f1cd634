#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"
#include "database/call_observer.hpp"

namespace gatehouse::database {

/// The time of the database's server, as far as its change feed has told it; before that, or if the database has no
/// server, the machine's time. Replicas thus agree on the time although their machines' clocks do not.
class DatabaseClock final : public Clock, public CallObserver {
 public:
  /// `own` is the machine's clock, and outlives it.
  explicit DatabaseClock(const Clock& own) : own_(own) {}

  [[nodiscard]] TimePoint now() const noexcept override { return own_.now() + ahead_.load(std::memory_order_relaxed); }

  /// The server read its clock between the two moments, so one reading bounds the difference between the clocks. If the
  /// difference assumed so far lies within the bounds, it is kept, because a slow answer says little.
  void on_time(const ServerTime& time) noexcept override;

 private:
  const Clock& own_;
  std::atomic<std::chrono::microseconds> ahead_{std::chrono::microseconds{0}};
};

}  // namespace gatehouse::database
