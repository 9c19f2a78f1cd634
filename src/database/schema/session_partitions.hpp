#pragma once

#include <cstdint>
#include <vector>

#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::database::schema {

/// A partition of `sessions` on PostgreSQL, by its oid, which no other table gets while it exists.
enum class SessionPartition : std::int64_t {};

/// All partitions, in the order in which they were made; none if sessions is one table. PostgreSQL only. Throws what
/// Database throws.
[[nodiscard]] Task<std::vector<SessionPartition>> list_session_partitions(Database& database);

/// What SessionStore::delete_expired does for a single table: deletes up to `most` sessions of the partition that have
/// expired both at `now` and by the database's clock, the oldest first, while the leases table has that lease. It
/// visits no other partition, and does nothing if the partition is gone. The result is how many were deleted.
/// PostgreSQL only.
[[nodiscard]] Change<std::int64_t> delete_expired_sessions(SessionPartition partition, TimePoint now, std::int64_t most,
                                                           HeldLease lease);

}  // namespace gatehouse::database::schema
