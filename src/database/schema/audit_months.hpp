#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::database::schema {

// audit_events as a table of months, on PostgreSQL only (ADR 43).

/// Which partitions there are.
struct AuditMonths {
  std::int64_t months = 0;      ///< 0: it is one table
  std::int64_t missing = 0;     ///< of this month and the next three; 0 where it is one table
  std::int64_t rest_bytes = 0;  ///< of events that have no month; 0 where there have been none
};

/// Throws what Database throws.
[[nodiscard]] Task<AuditMonths> read_audit_months(Database& database);

/// Makes the missing ones, and moves events into theirs that came before it; for SchemaDatabase::run_beside(). Does
/// nothing where there are so many of these that it would take long.
[[nodiscard]] std::string add_audit_months_script();

/// The partitions of months that ended before `time`, the oldest first. Throws what Database throws.
[[nodiscard]] Task<std::vector<std::string>> list_audit_months_before(Database& database, TimePoint time);

/// What a month is dropped by.
struct AuditMonthDrop {
  std::string partition;    ///< of list_audit_months_before()
  TimePoint sealed_before;  ///< all its events must have seals from before
  TimePoint now;
};

/// Drops a month that is over, and tells its seals, while the leases table has that lease; for
/// SchemaDatabase::run_beside(). Does nothing, and leaves the partition, where it is not over yet.
[[nodiscard]] std::string drop_audit_month_script(const AuditMonthDrop& drop, const HeldLease& lease);

}  // namespace gatehouse::database::schema
