#include "jobs/device_cleanup.hpp"

#include <utility>

#include "devices/device_store.hpp"
#include "jobs/deletion.hpp"

namespace gatehouse::jobs {

using devices::DeviceStore;

Job device_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "device cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(database, clock, std::move(lease).value(),
                             {.batch = DeviceStore::delete_expired,
                              .batch_rows = DeviceStore::cleanup_devices_max,
                              .batches_max = device_cleanup_batches_max});
  };
  return {.name = "device_cleanup", .interval = device_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
