#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace gatehouse::testing {

/// A clock that moves only when told to. Any thread.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = from_unix_us(1'737'541'800'000'000)) : us_(to_unix_us(start)) {}

  [[nodiscard]] TimePoint now() const noexcept override { return from_unix_us(us_.load()); }
  void advance(std::chrono::microseconds by) { us_ += by.count(); }
  void set(TimePoint time) { us_ = to_unix_us(time); }

 private:
  std::atomic<std::int64_t> us_;
};

}  // namespace gatehouse::testing
