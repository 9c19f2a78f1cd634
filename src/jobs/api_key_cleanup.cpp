#include "jobs/api_key_cleanup.hpp"

#include <utility>

#include "api_keys/api_key_store.hpp"
#include "jobs/deletion.hpp"

namespace gatehouse::jobs {

using api_keys::ApiKeyStore;

Job api_key_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "API key cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(database, clock, std::move(lease).value(),
                             {.batch = ApiKeyStore::delete_ended,
                              .batch_rows = ApiKeyStore::cleanup_keys_max,
                              .batches_max = api_key_cleanup_batches_max});
  };
  return {.name = "api_key_cleanup", .interval = api_key_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
