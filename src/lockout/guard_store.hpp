#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "lockout/lockout_settings.hpp"

namespace gatehouse::lockout {

/// One counter: an account, and a place that attempts come from. 16 bytes each.
struct Guard {
  std::string account;
  std::string part;
};

/// The part of attempts that come neither from a device nor from an address that is known for the user.
[[nodiscard]] inline std::string part_of_others() { return std::string(16, '\0'); }
/// The part of attempts on one of the user's devices.
[[nodiscard]] std::string part_of_device(std::int64_t device);

/// The right to check one password. It is given up by fail(), succeed() or give_back(), or lapses after 15 to 30 s.
struct Place {
  Guard guard;
  std::int64_t period;
  std::int64_t failures = 0;  ///< in a row, before this attempt; others under way may have added some since
};

/// The row's values for a place that was just taken, as in Place.
struct TakenPlace {
  std::int64_t period;
  std::int64_t failures;
};

/// What is counted for an account's attempts from one place.
struct GuardState {
  std::int64_t failures = 0;
  std::optional<TimePoint> blocked_until;

  /// No password from there is accepted until the user is unlocked.
  [[nodiscard]] bool is_disabled(const LockoutSettings& settings) const { return failures >= settings.disable_after; }
  /// No password from there is accepted at this moment.
  [[nodiscard]] bool is_blocked(TimePoint now, const LockoutSettings& settings) const {
    return is_disabled(settings) || (failures >= settings.free && blocked_until && *blocked_until > now);
  }
};

/// Counts wrong passwords. The login_guards table, and the only place that knows its SQL.
///
/// A place is taken before a password is hashed, in one statement, so that guesses on any number of replicas never
/// check more passwords than the settings allow. Attempts under way count as failures until they have ended.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class GuardStore {
 public:
  static constexpr std::chrono::seconds period{15};
  static constexpr std::chrono::days remembered{30};  ///< failures below LOCKOUT_DISABLE_AFTER
  static constexpr std::int64_t cleanup_rows_max = 500;

  /// `database` outlives the store.
  explicit GuardStore(database::Database& database) : database_(database) {}

  /// Nothing if there is no place: state() says why.
  [[nodiscard]] static database::Change<std::optional<TakenPlace>> take_place(const Guard& guard, TimePoint now,
                                                                              const LockoutSettings& settings);
  /// The password was wrong; the result is how many were, in a row.
  [[nodiscard]] static database::Change<std::int64_t> fail(const Place& place, TimePoint now,
                                                           const LockoutSettings& settings);
  /// The password was right: if it is still the user's, all earlier failures of this guard are forgotten.
  [[nodiscard]] static database::Change<void> succeed(const Place& place, TimePoint now, UserId user,
                                                      std::string password_hash);
  /// The password turned out neither right nor wrong.
  [[nodiscard]] static database::Change<void> give_back(const Place& place);
  /// Changes nothing that matters, so that attempts that are not counted take as long as others.
  [[nodiscard]] static database::Change<void> touch(const Guard& guard, TimePoint now);
  /// Whether the place was held for so long that it may have been given to another attempt.
  [[nodiscard]] static bool has_lapsed(const Place& place, TimePoint now);
  /// Forgets all failures of an account, wherever they came from.
  [[nodiscard]] static database::Change<void> unlock(const std::string& account);

  [[nodiscard]] Task<GuardState> state(Guard guard);

  /// The end of the rows from `begin` on that one forget_idle() looks at; nothing: the end of the table.
  [[nodiscard]] Task<std::optional<Guard>> end_of_batch(Guard begin);
  /// Deletes the rows from `begin` on, up to `end`, that no longer matter, while the leases table names this holder.
  [[nodiscard]] static database::Change<void> forget_idle(Guard begin, std::optional<Guard> end, TimePoint now,
                                                          const LockoutSettings& settings, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::lockout
