#pragma once

#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "jobs/lease_store.hpp"

namespace gatehouse::jobs {

/// What a cleanup deletes, a batch at a time.
struct Deletion {
  /// Makes the change that deletes one batch while the lease is held; its result is the number of rows deleted.
  std::function<database::Change<std::int64_t>(TimePoint now, database::HeldLease lease)> batch;
  std::int64_t batch_rows;  ///< the most that one batch deletes: fewer mean that nothing is left
  int batches_max;          ///< per run; what is left waits for the next one
};

/// Makes one run of a cleanup: until nothing is left, somebody else has the lease, or the coroutine is cancelled. Each
/// batch renews the lease and deletes under it, in one transaction. Database and clock outlive the coroutine.
[[nodiscard]] Task<> delete_in_batches(database::Database& database, const Clock& clock, Lease lease,
                                       Deletion deletion);

}  // namespace gatehouse::jobs
