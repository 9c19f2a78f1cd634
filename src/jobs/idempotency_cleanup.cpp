#include "jobs/idempotency_cleanup.hpp"

#include <utility>

#include "idempotency/idempotency_store.hpp"
#include "jobs/deletion.hpp"

namespace gatehouse::jobs {

using idempotency::IdempotencyStore;

Job idempotency_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "idempotency cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(database, clock, std::move(lease).value(),
                             {.batch = IdempotencyStore::delete_expired,
                              .batch_rows = IdempotencyStore::cleanup_rows_max,
                              .batches_max = idempotency_cleanup_batches_max});
  };
  return {.name = "idempotency_cleanup",
          .interval = idempotency_cleanup_interval,
          .lease = lease_terms,
          .run = std::move(run)};
}

}  // namespace gatehouse::jobs
