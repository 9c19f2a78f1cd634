#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/boot_clock.hpp"
#include "database/postgres/feed_probe.hpp"

namespace gatehouse::database::postgres {

/// One row of `announcements`.
struct AnnouncementRow {
  std::int64_t entry;                    ///< names it
  std::optional<std::int64_t> position;  ///< nothing: it has none yet
  std::string text;                      ///< as Observers::hear() takes it
};

/// What one look at the table found, all of it of one moment.
struct AnnouncementPage {
  /// Rows of one kind, with or without position, that a page has at most.
  static constexpr std::int64_t rows_max = 1000;

  std::string log;           ///< which announcements these are; those of a schema that was made anew are others
  bool is_written = false;   ///< whoever changes something now writes rows, or triggers do
  std::int64_t last = 0;     ///< the newest position that was given
  std::int64_t deleted = 0;  ///< the newest position of those that are deleted
  bool is_cut = false;       ///< there are more than rows_max of one kind
  std::vector<AnnouncementRow> rows;  ///< those behind the position that was asked for, and those without one
};

/// Decides what to make of the rows that a change feed reads, and whether it may be trusted. Pure: no connection, no
/// timer and no clock of its own, so that a simulation runs the very same decisions.
///
/// A row gets its position some time after its transaction is committed, under a lock, behind all that have one. So
/// each row is either seen without a position, or with one that is larger than all that were seen before: none is
/// passed over, however late it is committed. Until it has a position it is seen again and again, and told once.
///
/// A look therefore proves that everything was heard that had been committed when it was sent, and trust is counted
/// from then, for as long as that of a probe (FeedProbe).
class AnnouncementReader {
 public:
  using Instant = BootTime;
  static constexpr std::chrono::milliseconds trust = FeedProbe::interval + FeedProbe::deadline;

  /// What a look has brought, in the order in which it is to be told.
  struct News {
    bool is_lost = false;                      ///< what was remembered may be wrong: rows were missed, or might be
    bool is_everything = false;                ///< so many changes that nobody names them
    std::vector<const AnnouncementRow*> rows;  ///< of the page, in the order of their commits
    std::optional<Instant> trusted_until;      ///< nothing: it proves nothing, because nobody writes rows
  };

  /// Behind which position to look; rows with one do not count before it has begun.
  [[nodiscard]] std::int64_t position() const { return position_; }

  /// A look is about to be sent. One at a time.
  void send(Instant now) { sent_at_ = now; }

  /// What the look that was sent last has found. `page` outlives the result.
  [[nodiscard]] News take(const AnnouncementPage& page);

  /// True where it is ready and no look has come back in time: it is about to be lost.
  [[nodiscard]] bool is_overdue(Instant now) const { return is_ready_ && now >= trusted_until_; }
  /// Nothing is trusted any more until another look begins anew.
  void lose();

  [[nodiscard]] bool is_ready() const { return is_ready_; }
  /// The log of the last look; empty before the first.
  [[nodiscard]] const std::string& log() const { return log_; }
  /// Since when there have been rows without a position at each look; nothing where there were none at the last one.
  [[nodiscard]] std::optional<Instant> unplaced_since() const { return unplaced_since_; }

 private:
  [[nodiscard]] bool goes_on(const AnnouncementPage& page) const;
  void begin(const AnnouncementPage& page);
  void read_on(const AnnouncementPage& page, News& news);
  void remember_unplaced(const AnnouncementPage& page);

  // Before a beginning there is no row behind this.
  static constexpr std::int64_t no_position = INT64_MAX;

  std::int64_t position_ = no_position;  ///< the newest that was read
  std::string log_;
  std::set<std::int64_t> told_;  ///< entries that the last look found without a position
  std::optional<Instant> unplaced_since_;
  Instant sent_at_{};
  Instant trusted_until_{};
  bool is_ready_ = false;
};

}  // namespace gatehouse::database::postgres
