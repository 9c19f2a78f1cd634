#include "jobs/refusal_counts.hpp"

#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "crypto/random_name.hpp"

namespace gatehouse::jobs {
namespace {

constexpr std::size_t batch_events_max = 100;

/// A commit whose outcome is unknown is repeated, so each event gets a name under which it is recorded once. Everything
/// referred to outlives the coroutine.
Task<> record(CountParts parts, std::vector<audit::Counted> counts) {
  database::Changes changes;
  for (audit::Counted& counted : counts) {
    if (counted.name.empty()) counted.name = crypto::random_name(parts.random);
    changes.add(audit::AuditStore::record_once(event_of(counted)));
  }
  try {
    (void)co_await parts.database.commit(std::move(changes));
  } catch (...) {
    parts.tally.put_back(std::move(counts));
    throw;
  }
}

/// Everything outlives the coroutine.
Task<> record_ended_minutes(CountParts parts, const Clock& clock) {
  while (true) {
    auto counts = parts.tally.take(clock.now(), batch_events_max);
    if (counts.empty()) co_return;
    co_await record(parts, std::move(counts));
  }
}

}  // namespace

Job refusal_counts(const CountParts& parts, const Clock& clock) {
  auto run = [parts, &clock](const std::optional<Lease>& /*none*/) { return record_ended_minutes(parts, clock); };
  return {.name = "refusal_counts", .interval = refusal_counts_interval, .lease = std::nullopt, .run = std::move(run)};
}

Task<> record_all_counts(CountParts parts) {
  while (true) {
    auto counts = parts.tally.take_all(batch_events_max);
    if (counts.empty()) co_return;
    co_await record(parts, std::move(counts));
  }
}

}  // namespace gatehouse::jobs
