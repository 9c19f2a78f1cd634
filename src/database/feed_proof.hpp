#pragma once

#include <atomic>

#include "base/boot_clock.hpp"
#include "database/change_observer.hpp"

namespace gatehouse::database {

/// Knows whether the change feed has proved that it hears and the proof is still good, and nothing else. Any thread.
class FeedProof final : public ChangeObserver {
 public:
  /// `clock` outlives it; the feed's proofs use the same clock.
  explicit FeedProof(const BootClock& clock) : clock_(clock) {}

  [[nodiscard]] bool is_good() const noexcept { return clock_.now() < trusted_until_.load(std::memory_order_relaxed); }

  void on_feed_proved(BootTime trusted_until) noexcept override {
    trusted_until_.store(trusted_until, std::memory_order_relaxed);
  }
  void on_feed_lost() noexcept override { trusted_until_.store(BootTime::min(), std::memory_order_relaxed); }
  void on_announcement(const Announcement& /*announcement*/) noexcept override {}
  void on_unknown_change() noexcept override {}

 private:
  const BootClock& clock_;
  std::atomic<BootTime> trusted_until_{BootTime::min()};
};

}  // namespace gatehouse::database
