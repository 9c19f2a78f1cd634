#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/boot_clock.hpp"

namespace gatehouse::database::postgres {

/// Decides whether a change feed may be trusted. Pure: no connection, no timer and no clock of its own, so that a
/// simulation runs the very same decisions.
///
/// A feed proves itself by probes: notifications with a number that it sends on one connection and must hear on the
/// other one. Invariants: it is ready only while the last probe of this attempt was heard and the next one is not
/// overdue; a probe of an earlier attempt proves nothing, whatever session it arrives through.
///
/// A probe that is heard proves that everything committed when it was sent was heard, because notifications come in the
/// order of the commits. So trust is counted from the sending, on a clock that goes on while the process is stopped:
/// whatever happens to it, nothing that has been outdated for longer than `interval` plus `deadline` is trusted.
class FeedProbe {
 public:
  using Instant = BootTime;
  static constexpr std::chrono::milliseconds interval{1'000};
  static constexpr std::chrono::milliseconds deadline{1'500};

  /// What is to be done when time is up.
  enum class Due { probe, give_up };

  /// A new attempt: LISTEN is about to be sent. Until it is answered and the first probe heard, the deadline runs.
  void begin(Instant now) {
    is_ready_ = false;
    expect_by(now + deadline);
  }

  /// The payload of the next probe, which is about to be sent.
  [[nodiscard]] std::string send(Instant now) {
    expect_by(now + deadline);
    sent_at_ = now;
    return std::to_string(++sent_);
  }

  /// A notification on the probe's channel. True if it is the last probe that was sent: the feed hears.
  bool hear(std::string_view payload, Instant now) {
    if (payload != std::to_string(sent_)) return false;
    is_ready_ = true;
    due_ = Due::probe;
    due_at_ = now + interval;
    return true;
  }

  /// The attempt is over.
  void lose() { is_ready_ = false; }

  [[nodiscard]] bool is_ready() const { return is_ready_; }
  /// Until when the last probe that was heard is a proof. Meaningful while ready and no other probe has been sent.
  [[nodiscard]] Instant trusted_until() const { return sent_at_ + interval + deadline; }
  /// What is to be done next, and when, unless the probe is heard before.
  [[nodiscard]] Due due() const { return due_; }
  [[nodiscard]] Instant due_at() const { return due_at_; }

 private:
  void expect_by(Instant latest) {
    due_ = Due::give_up;
    due_at_ = latest;
  }

  std::uint64_t sent_ = 0;  ///< over all attempts; each probe carries its number
  Instant sent_at_{};
  bool is_ready_ = false;
  Due due_ = Due::give_up;
  Instant due_at_{};
};

}  // namespace gatehouse::database::postgres
