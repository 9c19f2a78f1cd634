#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::database::schema {

// audit_events partitioned by month, on PostgreSQL only (ADR 43).

/// Which partitions there are.
struct AuditMonths {
  std::int64_t months = 0;      ///< 0: it is one table
  std::int64_t missing = 0;     ///< of this month and the next three; 0 if it is one table
  std::int64_t rest_bytes = 0;  ///< of events that have no month; 0 if there have been none
};

/// Throws what Database throws.
[[nodiscard]] Task<AuditMonths> read_audit_months(Database& database);

/// Creates the missing partitions, and moves into them events that came before they existed; for
/// SchemaDatabase::run_beside(). Does nothing if there are so many such events that it would take long.
[[nodiscard]] std::string add_audit_months_script();

/// The partitions of months that ended before `time`, the oldest first. Throws what Database throws.
[[nodiscard]] Task<std::vector<std::string>> list_audit_months_before(Database& database, TimePoint time);

/// Which month to drop, and on which conditions.
struct AuditMonthDrop {
  std::string partition;    ///< of list_audit_months_before()
  TimePoint sealed_before;  ///< all its events must have seals from before this
  TimePoint now;
};

/// Drops a month that is over, and records in its seals that their events are gone, while the leases table has that
/// lease; for SchemaDatabase::run_beside(). Does nothing, and leaves the partition, if the month cannot be dropped
/// yet.
[[nodiscard]] std::string drop_audit_month_script(const AuditMonthDrop& drop, const HeldLease& lease);

}  // namespace gatehouse::database::schema
