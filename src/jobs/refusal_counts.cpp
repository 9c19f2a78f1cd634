#include "jobs/refusal_counts.hpp"

#include <utility>
#include <vector>

#include "audit/audit_store.hpp"

namespace gatehouse::jobs {
namespace {

constexpr std::size_t batch_events_max = 100;

/// Both outlive the coroutine.
Task<> record(database::Database& database, audit::Tally& tally, std::vector<audit::Counted> counts) {
  database::Changes changes;
  for (const audit::Counted& counted : counts) changes.add(audit::AuditStore::record(event_of(counted)));
  try {
    (void)co_await database.commit(std::move(changes));
  } catch (...) {
    tally.put_back(counts);
    throw;
  }
}

/// Everything outlives the coroutine.
Task<> record_ended_minutes(database::Database& database, audit::Tally& tally, const Clock& clock) {
  while (true) {
    auto counts = tally.take(clock.now(), batch_events_max);
    if (counts.empty()) co_return;
    co_await record(database, tally, std::move(counts));
  }
}

}  // namespace

Job refusal_counts(database::Database& database, audit::Tally& tally, const Clock& clock) {
  auto run = [&database, &tally, &clock](const std::optional<Lease>& /*none*/) {
    return record_ended_minutes(database, tally, clock);
  };
  return {.name = "refusal_counts", .interval = refusal_counts_interval, .lease = std::nullopt, .run = std::move(run)};
}

Task<> record_all_counts(database::Database& database, audit::Tally& tally) {
  while (true) {
    auto counts = tally.take_all(batch_events_max);
    if (counts.empty()) co_return;
    co_await record(database, tally, std::move(counts));
  }
}

}  // namespace gatehouse::jobs
