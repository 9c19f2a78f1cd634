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
  /// Makes the change that deletes one batch while the lease is held, and says how many rows that were.
  std::function<database::Change<std::int64_t>(TimePoint now, database::HeldLease lease)> batch;
  std::int64_t batch_rows;  ///< the most that one deletes: fewer mean that nothing is left
  int batches_max;          ///< per run; what is left waits for the next one
};

/// One run of a cleanup: until nothing is left, the lease is somebody else's, or the coroutine is cancelled. Each batch
/// renews the lease and deletes under it, in one transaction. Database and clock outlive it.
[[nodiscard]] Task<> delete_in_batches(database::Database& database, const Clock& clock, Lease lease,
                                       Deletion deletion);

}  // namespace gatehouse::jobs
