#include "jobs/one_time_token_cleanup.hpp"

#include <utility>

#include "jobs/deletion.hpp"
#include "one_time_tokens/one_time_token_store.hpp"

namespace gatehouse::jobs {

using one_time_tokens::OneTimeTokenStore;

Job one_time_token_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "one-time token cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(database, clock, std::move(lease).value(),
                             {.batch = OneTimeTokenStore::delete_expired,
                              .batch_rows = OneTimeTokenStore::cleanup_tokens_max,
                              .batches_max = one_time_token_cleanup_batches_max});
  };
  return {.name = "one_time_token_cleanup",
          .interval = one_time_token_cleanup_interval,
          .lease = lease_terms,
          .run = std::move(run)};
}

}  // namespace gatehouse::jobs
