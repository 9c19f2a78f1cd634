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
  std::int64_t entry;                    ///< identifies it
  std::optional<std::int64_t> position;  ///< nothing: it has none yet
  std::string text;                      ///< in the form that Observers::hear() takes
};

/// What one look at the table found, all of it from one snapshot.
struct AnnouncementPage {
  /// Rows of one kind, with or without position, that a page has at most.
  static constexpr std::int64_t rows_max = 1000;

  std::string log;                    ///< identifies these announcements; a schema that was created anew has others
  bool is_written = false;            ///< changes are now written as rows, by whoever makes them or by triggers
  std::int64_t last = 0;              ///< the newest position that was assigned
  std::int64_t deleted = 0;           ///< the newest position among the deleted rows
  bool is_cut = false;                ///< there are more than rows_max of one kind
  std::vector<AnnouncementRow> rows;  ///< those after the position that was asked for, and those without one
};

/// Decides what to make of the rows that a change feed reads, and whether it may be trusted. Pure: no connection, no
/// timer and no clock of its own, so that a simulation runs the very same decisions.
///
/// A row gets its position some time after its transaction is committed, under a lock, after all rows that have one. So
/// a look sees each row either without a position, or with one that is larger than all positions seen before: none is
/// passed over, however late it is committed. A row without a position is seen again and again, but told once.
///
/// A look therefore proves that everything committed when it was sent was heard. Trust is counted from then, for as
/// long as that of a probe (FeedProbe).
class AnnouncementReader {
 public:
  using Instant = BootTime;
  static constexpr std::chrono::milliseconds trust = FeedProbe::interval + FeedProbe::deadline;

  /// What a look has brought, in the order in which observers are to be told.
  struct News {
    bool is_lost = false;                      ///< what was remembered may be wrong: rows were missed, or might be
    bool is_everything = false;                ///< so many changes that they are not named one by one
    std::vector<const AnnouncementRow*> rows;  ///< of the page, in the order of their commits
    std::optional<Instant> trusted_until;      ///< nothing: it proves nothing, because nobody writes rows
  };

  /// The position after which to look. Before the reader has begun, rows with a position do not count.
  [[nodiscard]] std::int64_t position() const { return position_; }

  /// A look is about to be sent. One at a time.
  void send(Instant now) { sent_at_ = now; }

  /// Takes what the look that was sent last has found. `page` outlives the result.
  [[nodiscard]] News take(const AnnouncementPage& page);

  /// True if it is ready and no look has come back in time: the feed is about to be lost.
  [[nodiscard]] bool is_overdue(Instant now) const { return is_ready_ && now >= trusted_until_; }
  /// Nothing is trusted any more until another look begins anew.
  void lose();

  [[nodiscard]] bool is_ready() const { return is_ready_; }
  /// The log of the last look; empty before the first.
  [[nodiscard]] const std::string& log() const { return log_; }
  /// Since when every look has found rows without a position; nothing if the last one found none.
  [[nodiscard]] std::optional<Instant> unplaced_since() const { return unplaced_since_; }

 private:
  [[nodiscard]] bool goes_on(const AnnouncementPage& page) const;
  void begin(const AnnouncementPage& page);
  void read_on(const AnnouncementPage& page, News& news);
  void remember_unplaced(const AnnouncementPage& page);

  // Before the reader has begun: no row comes after this.
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
