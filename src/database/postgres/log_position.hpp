#pragma once

#include <cstdint>
#include <optional>

#include "database/rows.hpp"
#include "database/statement.hpp"

namespace gatehouse::database::postgres {

/// How far a server's write-ahead log goes, or how far a standby has replayed it.
struct LogPosition {
  std::int64_t timeline;  ///< each promotion begins another one
  std::int64_t bytes;     ///< since the log's beginning

  /// Whether a server that has replayed this has everything up to `wanted`. Of another timeline nothing is known: a
  /// standby may have replayed what the promoted server never received.
  [[nodiscard]] constexpr bool covers(const LogPosition& wanted) const {
    return timeline == wanted.timeline && bytes >= wanted.bytes;
  }
};

/// The end of a primary's log. It covers whatever was committed before, and also what was only written and not flushed.
/// Fails on a standby.
inline constexpr Statement primary_position{
    "gatehouse_primary_position",
    "SELECT ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint, "
    "(pg_current_wal_insert_lsn() - '0/0')::bigint"};

/// The timeline of a server that takes writes; NULL on a standby.
inline constexpr Statement primary_timeline{
    "gatehouse_primary_timeline",
    "SELECT CASE WHEN NOT pg_is_in_recovery() "
    "THEN ('x' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8))::bit(32)::bigint END"};

/// How far a standby has replayed. A statement that follows in the same transaction sees at least that, because it has
/// a newer snapshot. If it has not (another isolation level), the position is NULL, as it is on a primary that was
/// never a standby. The timeline is the one in the standby's control file, which follows a promotion with the next
/// pages that are written; on a server that was promoted it is 0.
inline constexpr Statement standby_position{
    "gatehouse_standby_position",
    "SELECT (SELECT min_recovery_end_timeline FROM pg_control_recovery())::bigint, "
    "CASE WHEN current_setting('transaction_isolation') = 'read committed' "
    "THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"};

/// Reads what primary_position or standby_position found.
[[nodiscard]] inline std::optional<LogPosition> read_position(const Rows& rows) {
  if (rows.empty() || rows[0].is_null(0) || rows[0].is_null(1)) return std::nullopt;
  return LogPosition{.timeline = rows[0].integer(0), .bytes = rows[0].integer(1)};
}

}  // namespace gatehouse::database::postgres
