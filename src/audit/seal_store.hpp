#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "audit/leaf.hpp"
#include "audit/leaf_list.hpp"
#include "audit/seal.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::audit {

/// The place of an event in the order of sealing.
struct SealingPlace {
  std::int64_t position;
  EventId id;
};

/// A seal whose events are to be deleted, and where they are.
struct PrunableSeal {
  std::int64_t number;
  std::int64_t from;  ///< position
  std::int64_t to;    ///< position
  EventId first{};    ///< the lowest id of its events
  EventId last{};     ///< the highest one
};

/// The only place that knows the SQL of seals and of what they seal.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class SealStore {
 public:
  static constexpr std::string_view migration = "20261129_003_create_audit_seals";  ///< creates its tables
  static constexpr std::size_t page_rows = 2000;                                    ///< of events()
  static constexpr std::size_t page_seals = 1000;                                   ///< of seals_after()

  /// `database` outlives the store.
  explicit SealStore(database::Database& database) : database_(database) {}

  /// The newest seal; nothing if there is none.
  [[nodiscard]] Task<std::optional<Seal>> last();
  [[nodiscard]] Task<std::optional<Seal>> find(std::int64_t number);
  /// The next page_seals seals, in order; fewer if there are no more.
  [[nodiscard]] Task<std::vector<Seal>> seals_after(std::int64_t number);
  /// The leaf hashes that are kept beside the events of a seal; nothing if they are gone.
  [[nodiscard]] Task<std::optional<LeafList>> leaves(std::int64_t number);

  /// Events after a place, up to a position, in the order of sealing, at most page_rows; event_of() reads one.
  [[nodiscard]] Task<database::Rows> events(SealingPlace after, std::int64_t to);
  /// The view is valid as long as the Rows.
  [[nodiscard]] static EventView event_of(const database::Row& row);

  /// The last position up to which no event can appear any more: every transaction with a position up to it is over.
  [[nodiscard]] Task<std::int64_t> settled();
  /// When the first event after a position was recorded; nothing if there is none.
  [[nodiscard]] Task<std::optional<TimePoint>> first_behind(std::int64_t position);

  /// Adds a seal and the leaf hashes beside its events; only while the leases table names this holder and nobody else
  /// has made a seal of this number. The result is the number of seals added.
  [[nodiscard]] static database::ResultOf<std::int64_t> add(database::Changes& changes, const Seal& seal,
                                                            LeafList leaves, const database::HeldLease& lease);

  /// The oldest seal whose events are still there, if it was made before this time; nothing if there is none.
  [[nodiscard]] Task<std::optional<PrunableSeal>> find_prunable(TimePoint before);
  /// Part of a pruning (AuditStore::add_pruning): deletes the leaf hashes beside the events of the seal, and marks the
  /// seal as pruned. The result is the number of seals marked: none if somebody else has done it, or if the lease is
  /// not held.
  [[nodiscard]] static database::ResultOf<std::int64_t> add_marking(database::Changes& changes,
                                                                    const PrunableSeal& seal, TimePoint now,
                                                                    const database::HeldLease& lease);

  /// For a database that was moved to another cluster, whose transactions have lower numbers: makes positions continue
  /// above all that are stored. To be called before anything is recorded there. Returns whether that was necessary.
  [[nodiscard]] Task<bool> raise_positions();

 private:
  /// No transaction that has yet to commit has a position below `settled`; none that has yet to begin gets one below
  /// `coming`.
  struct Horizon {
    std::int64_t settled;
    std::int64_t coming;
  };
  [[nodiscard]] Task<Horizon> horizon();

  database::Database& database_;
};

}  // namespace gatehouse::audit
