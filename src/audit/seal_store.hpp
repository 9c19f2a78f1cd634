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

/// Where an event stands in the order of sealing.
struct SealingPlace {
  std::int64_t position;
  EventId id;
};

/// A seal whose events are to be deleted, and where these are.
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
  static constexpr std::string_view migration = "20261129_003_create_audit_seals";  ///< makes its tables
  static constexpr std::size_t page_rows = 2000;                                    ///< of events()
  static constexpr std::size_t page_seals = 1000;                                   ///< of seals_after()

  /// `database` outlives the store.
  explicit SealStore(database::Database& database) : database_(database) {}

  /// The newest seal; nothing where there is none.
  [[nodiscard]] Task<std::optional<Seal>> last();
  [[nodiscard]] Task<std::optional<Seal>> find(std::int64_t number);
  /// The next page_seals, in their order; fewer where there are no more.
  [[nodiscard]] Task<std::vector<Seal>> seals_after(std::int64_t number);
  /// What is kept beside the events of a seal; nothing where it is gone.
  [[nodiscard]] Task<std::optional<LeafList>> leaves(std::int64_t number);

  /// Events behind a place, up to a position, in the order of sealing, at most page_rows; event_of() reads one.
  [[nodiscard]] Task<database::Rows> events(SealingPlace after, std::int64_t to);
  /// Valid as long as the Rows.
  [[nodiscard]] static EventView event_of(const database::Row& row);

  /// The last position in which nothing can appear any more: every transaction that has one up to it is over.
  [[nodiscard]] Task<std::int64_t> settled();
  /// When the first event behind a position was recorded; nothing where there is none.
  [[nodiscard]] Task<std::optional<TimePoint>> first_behind(std::int64_t position);

  /// Adds a seal and what is kept beside its events; only while the leases table names this holder and no other has
  /// made a seal of this number. How many seals were added.
  [[nodiscard]] static database::ResultOf<std::int64_t> add(database::Changes& changes, const Seal& seal,
                                                            LeafList leaves, const database::HeldLease& lease);

  /// The oldest seal whose events are still there, if it was made before this time; nothing where there is none.
  [[nodiscard]] Task<std::optional<PrunableSeal>> find_prunable(TimePoint before);
  /// Of a pruning (AuditStore::add_pruning): deletes what is kept beside the events of the seal, and tells the seal
  /// that they are gone. How many seals were told: none where somebody else has done it, or where the lease is not
  /// held.
  [[nodiscard]] static database::ResultOf<std::int64_t> add_marking(database::Changes& changes,
                                                                    const PrunableSeal& seal, TimePoint now,
                                                                    const database::HeldLease& lease);

  /// Where the database came into another cluster, whose transactions have lower numbers: lets positions go on above
  /// all that are stored. Before anything is recorded there. Whether that was necessary.
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
