#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "revocations/model.hpp"

namespace gatehouse::revocations {

/// What one look at the log found, at one moment.
struct Reading {
  Place last;                        ///< the newest that has a position
  Place deleted;                     ///< the newest of those that are deleted
  bool has_unordered = false;        ///< there are some without a position
  std::chrono::seconds token_ttl{};  ///< the longest life of tokens that are alive
  std::vector<Revocation> rows;      ///< from the wanted position on, in order
};

/// The only place that knows the SQL of the tables revocations, revocation_order and token_lifetimes.
///
/// Triggers write the rows in the transaction that revokes, whoever runs it. Positions are assigned afterwards, to
/// whatever is committed by then, by one process at a time. So no row ever appears at a position that a reader has
/// already passed, however long a transaction lasts.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class RevocationStore {
 public:
  static constexpr std::int64_t order_rows_max = 5000;   ///< of one call
  static constexpr std::int64_t cleanup_rows_max = 500;  ///< of one batch

  /// `database` outlives the store.
  explicit RevocationStore(database::Database& database) : database_(database) {}

  /// At most `limit` rows; `limit` is at least 1.
  [[nodiscard]] Task<Reading> read(std::int64_t from_position, std::int64_t limit, TimePoint now);
  /// The revocations after `after`, up to `last`, that were made later than `since`; in order, at most `limit`. Their
  /// `until` is not set, like that of everything read here.
  [[nodiscard]] Task<std::vector<Revocation>> part(std::int64_t after, std::int64_t last, TimePoint since,
                                                   std::int64_t limit);

  /// Notes that tokens with this lifetime may be made now and for a minute.
  [[nodiscard]] static database::Change<void> note_token_ttl(std::chrono::seconds ttl, TimePoint now);

  /// Assigns positions to what is committed, oldest first, at most order_rows_max of them.
  static void order(database::Changes& changes, TimePoint now);
  /// Notes that revocations made at `until` or before are deleted, and deletes a batch of them while the lease is held;
  /// returns how many. Those without a position stay.
  [[nodiscard]] static database::ResultOf<std::int64_t> forget(database::Changes& changes, TimePoint until,
                                                               database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::revocations
