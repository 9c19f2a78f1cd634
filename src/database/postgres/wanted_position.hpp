#pragma once

#include <cstdint>
#include <mutex>
#include <optional>

#include "base/boot_clock.hpp"
#include "database/change_observer.hpp"
#include "database/postgres/log_position.hpp"

namespace gatehouse::database::postgres {

/// The position in the primary's log that covers every announced change this process knows of. A standby that has
/// replayed it may answer for what is announced, as a cache may. One per process; any thread.
///
/// An announcement does not say where in the log its commit is. But it comes after the commit, so a position that the
/// primary is asked for after the announcement covers it. So every announcement, whether heard or of a commit of this
/// process, makes the position unknown, and so does each proof of the feed, which says that everything older has been
/// heard. The next reader asks for a new position.
///
/// Observers are told in the order in which they were added, and this one comes before the caches. Otherwise a reader
/// might fill a cache with a row from before the change, after the cache was told and before this was.
class WantedPosition final : public ChangeObserver {
 public:
  /// `clock` outlives it; the feed's proofs use the same clock.
  explicit WantedPosition(const BootClock& clock) : clock_(clock) {}

  /// What was known when the primary was asked.
  struct Ticket {
    std::uint64_t changes;
  };
  /// Taken before the primary is asked for its position. Nothing if it need not be asked: the position is known,
  /// somebody asks already, or the feed is not proven to hear.
  [[nodiscard]] std::optional<Ticket> begin_asking();
  /// Taken before the primary is asked, by whoever needs its position in any case.
  [[nodiscard]] Ticket ticket() const;
  /// Records what the primary answered. Ignored if something was announced since the ticket.
  void learn(Ticket ticket, LogPosition position);

  /// Nothing if it is unknown, or the feed is not proven to hear.
  [[nodiscard]] std::optional<LogPosition> get() const;

  void on_feed_proved(BootTime trusted_until) noexcept override;
  void on_feed_lost() noexcept override;
  void on_announcement(const Announcement& announcement) noexcept override;
  void on_unknown_change() noexcept override;

 private:
  [[nodiscard]] bool is_proven() const noexcept { return clock_.now() < trusted_until_; }
  void forget() noexcept;

  const BootClock& clock_;
  mutable std::mutex mutex_;
  // Guarded by the mutex.
  BootTime trusted_until_ = BootTime::min();
  std::uint64_t changes_ = 0;  ///< how often the position became unknown
  std::uint64_t asked_ = 0;    ///< `changes_` when the primary was last asked
  std::optional<LogPosition> position_;
};

}  // namespace gatehouse::database::postgres
