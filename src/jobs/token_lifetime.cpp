#include "jobs/token_lifetime.hpp"

#include <utility>

#include "revocations/revocation_store.hpp"

namespace gatehouse::jobs {

Job token_lifetime(database::Database& database, const Clock& clock, std::chrono::seconds token_ttl) {
  auto run = [&database, &clock, token_ttl](const std::optional<Lease>& /*none*/) {
    return database.commit(revocations::RevocationStore::note_token_ttl(token_ttl, clock.now()));
  };
  return {.name = "token_lifetime", .interval = token_lifetime_interval, .lease = std::nullopt, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
