#include "jobs/dongle_cleanup.hpp"

#include <utility>

#include "dongles/dongle_store.hpp"
#include "jobs/deletion.hpp"

namespace gatehouse::jobs {

using dongles::DongleStore;

Job dongle_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "dongle cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(database, clock, std::move(lease).value(),
                             {.batch = DongleStore::delete_expired,
                              .batch_rows = DongleStore::cleanup_dongles_max,
                              .batches_max = dongle_cleanup_batches_max});
  };
  return {.name = "dongle_cleanup", .interval = dongle_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
