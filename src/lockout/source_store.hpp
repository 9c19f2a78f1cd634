#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"

namespace gatehouse::lockout {

/// The places from which users have logged in, 16 bytes each. The login_sources table, and the only place that knows
/// its SQL.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class SourceStore {
 public:
  static constexpr std::int64_t per_user_max = 20;
  static constexpr std::chrono::hours resolution{1};  ///< of the remembered times

  /// `database` outlives the store.
  explicit SourceStore(database::Database& database) : database_(database) {}

  /// Whether the user has logged in from there since `since`.
  [[nodiscard]] Task<bool> is_known(UserId user, std::string source, TimePoint since);

  /// Remembers the source if the user still has this password and is not disabled.
  [[nodiscard]] static database::Change<void> remember(UserId user, std::string source, TimePoint now,
                                                       std::string password_hash);
  /// Forgets all sources but the last per_user_max.
  [[nodiscard]] static database::Change<void> forget_old(UserId user);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::lockout
