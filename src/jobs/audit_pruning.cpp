#include "jobs/audit_pruning.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <string>
#include <utility>

#include "audit/audit_store.hpp"
#include "audit/seal_store.hpp"

namespace gatehouse::jobs {
namespace {

using audit::AuditStore;

constexpr LeaseTerms pruning_lease{.name = "audit pruning", .duration = std::chrono::seconds{30}};

/// False once there is nothing more to delete, or for somebody else to. Everything outlives it.
Task<bool> prune_batch(database::Database& database, TimePoint now, TimePoint before, const Lease& lease) {
  audit::SealStore seals{database};
  const auto seal = co_await seals.find_prunable(before);
  if (!seal) co_return false;
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto pruned = AuditStore::add_pruning(changes, *seal, before, now, lease.held());
  const auto committed = co_await database.commit(std::move(changes));
  const bool is_ours = committed.result(renewed);
  co_return is_ours&& committed.result(pruned) > 0;
}

/// Database and clock outlive it.
Task<> prune(database::Database& database, const Clock& clock, std::chrono::seconds retention, Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < audit_pruned_seals_max; ++i) {
    const TimePoint now = clock.now();
    const bool more = co_await prune_batch(database, now, now - retention, lease);
    if (!more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace

Job audit_pruning(database::Database& database, const Clock& clock, std::chrono::seconds retention) {
  auto run = [&database, &clock, retention](std::optional<Lease> lease) {
    return prune(database, clock, retention, std::move(lease).value());
  };
  return {.name = "audit_pruning", .interval = audit_pruning_interval, .lease = pruning_lease, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
