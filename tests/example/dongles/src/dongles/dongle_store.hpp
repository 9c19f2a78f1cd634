#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "dongles/model.hpp"

namespace gatehouse::dongles {

/// A row to insert.
struct NewDongle {
  UserId user;
  std::string name;
  TimePoint created_at;
};

/// Violated if somebody else gives the user a dongle at the same moment.
inline constexpr database::Constraint number_is_free{
    database::Violation::Kind::unique, {"dongles_user_id_number_unique", "dongles.user_id, dongles.number"}};

/// Violated if the user is deleted at the same moment.
inline constexpr database::Constraint user_exists{database::Violation::Kind::foreign_key, {"dongles_user_id_foreign"}};

/// The only place that knows the SQL of the dongles table.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws (Unavailable, StatementFailed).
class DongleStore {
 public:
  static constexpr std::int64_t list_dongles_max = 1000;
  static constexpr std::int64_t cleanup_dongles_max = 500;

  /// `database` outlives the store.
  explicit DongleStore(database::Database& database) : database_(database) {}

  /// Gives the user one more dongle; nullopt if there is no such user, or if the user has `per_user_max` that have not
  /// expired. Violates number_is_free and user_exists.
  [[nodiscard]] static database::Change<std::optional<Dongle>> insert(const NewDongle& dongle,
                                                                      std::int64_t per_user_max);
  /// Deletes up to cleanup_dongles_max dongles that have expired at `now`, while the leases table names this holder;
  /// otherwise nothing. Returns how many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

  /// Newest first, including expired ones, at most list_dongles_max.
  [[nodiscard]] Task<std::vector<Dongle>> list(UserId user);
  /// Returns how many there were, including expired ones.
  [[nodiscard]] Task<std::int64_t> remove_all(UserId user);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::dongles
