#include "jobs/api_key_uses.hpp"

#include <utility>

#include "api_keys/api_key_store.hpp"

namespace gatehouse::jobs {
namespace {

Task<> write_uses(database::Database& database, api_keys::ApiKeyCache& cache) {
  const std::vector<api_keys::KeyUse> uses = cache.uses_to_write();
  if (uses.empty()) co_return;
  database::Changes changes;
  for (const api_keys::KeyUse& use : uses) changes.add(api_keys::ApiKeyStore::note_use(use));
  (void)co_await database.commit(std::move(changes));
  cache.note_written(uses);
}

}  // namespace

Job api_key_uses(database::Database& database, api_keys::ApiKeyCache& cache) {
  auto run = [&database, &cache](const std::optional<Lease>& /*none*/) { return write_uses(database, cache); };
  return {.name = "api_key_uses", .interval = api_key_uses_interval, .lease = std::nullopt, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
