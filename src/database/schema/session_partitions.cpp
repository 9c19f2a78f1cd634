#include "database/schema/session_partitions.hpp"

#include <utility>

namespace gatehouse::database::schema {
namespace {

constexpr Statement list_partitions{"session_partitions_list",
                                    "SELECT CAST(inhrelid AS bigint) FROM pg_inherits "
                                    "WHERE inhparent = to_regclass('sessions') ORDER BY inhrelid"};

// The sessions had expired, and nothing is answered from memory after that, so nobody need hear of it.
constexpr Write delete_expired{"session_partitions_delete_expired",
                               "SELECT CASE WHEN EXISTS (SELECT 1 FROM leases WHERE name = $4 AND holder = $5) "
                               "THEN gatehouse_delete_expired_sessions(CAST($1 AS oid), $2, $3) ELSE 0 END",
                               announces_nothing};

std::int64_t read_deleted(const Rows& rows) { return rows[0].integer(0); }

}  // namespace

Task<std::vector<SessionPartition>> list_session_partitions(Database& database) {
  Parameters none;
  const Rows rows = co_await database.query(list_partitions, std::move(none));
  std::vector<SessionPartition> partitions;
  partitions.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) partitions.push_back(SessionPartition{rows[i].integer(0)});
  co_return partitions;
}

Change<std::int64_t> delete_expired_sessions(SessionPartition partition, TimePoint now, std::int64_t most,
                                             HeldLease lease) {
  Parameters parameters{static_cast<std::int64_t>(partition), now, most, std::move(lease.name),
                        std::move(lease.holder)};
  return {delete_expired, std::move(parameters), read_deleted};
}

}  // namespace gatehouse::database::schema
