#include "jobs/audit_pruning.hpp"

#include <algorithm>
#include <boost/asio/cancellation_state.hpp>
#include <utility>
#include <vector>

#include "audit/audit_store.hpp"
#include "audit/seal_store.hpp"
#include "database/schema/audit_months.hpp"

namespace gatehouse::jobs {
namespace {

using audit::AuditStore;

constexpr LeaseTerms pruning_lease{.name = "audit pruning", .duration = std::chrono::seconds{30}};
// While this waits for the table's lock, writers of events queue behind it.
constexpr std::chrono::milliseconds drop_lock_patience{200};

}  // namespace

Job AuditPruning::job(Parts parts) {
  const auto pruning = std::make_shared<AuditPruning>(std::move(parts));
  return {.name = "audit_pruning",
          .interval = audit_pruning_interval,
          .lease = pruning_lease,
          .run = [pruning](std::optional<Lease> lease) { return pruning->run(std::move(lease).value()); }};
}

Task<> AuditPruning::run(Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  if (parts_.dialect == database::Dialect::postgres) co_await drop_months(lease);
  for (int i = 0; i < audit_pruned_seals_max; ++i) {
    const bool more = co_await prune_batch(lease);
    if (!more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

/// Drops the oldest first, until one is not over yet. If it gets no locks, the next run continues; meanwhile events are
/// deleted by rows.
Task<> AuditPruning::drop_months(const Lease& lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  const TimePoint before = parts_.clock.now() - parts_.retention;
  const std::vector<std::string> months = co_await database::schema::list_audit_months_before(parts_.database, before);
  if (months.empty()) co_return;
  schema_ = parts_.open_schema();
  try {
    for (const std::string& month : months) {
      const bool is_dropped = co_await drop_month(lease, month, before, parts_.clock.now());
      if (!is_dropped || cancellation.cancelled() != boost::asio::cancellation_type::none) break;
    }
  } catch (...) {
    schema_.reset();
    throw;
  }
  schema_.reset();
}

Task<bool> AuditPruning::drop_month(const Lease& lease, std::string partition, TimePoint before, TimePoint now) {
  auto renewal = LeaseStore::renew(lease, now);
  const bool is_ours = co_await parts_.database.commit(std::move(renewal));
  if (!is_ours) co_return false;
  std::string script = database::schema::drop_audit_month_script(
      {.partition = partition, .sealed_before = before, .now = now}, lease.held());
  const bool has_run = co_await schema_->run_beside(std::move(script), drop_lock_patience);
  if (!has_run) co_return false;
  const auto left = co_await database::schema::list_audit_months_before(parts_.database, before);
  co_return std::ranges::find(left, partition) == left.end();
}

/// False if there is nothing left to delete, or if somebody else has the lease.
Task<bool> AuditPruning::prune_batch(const Lease& lease) {
  const TimePoint now = parts_.clock.now();
  const TimePoint before = now - parts_.retention;
  audit::SealStore seals{parts_.database};
  const auto seal = co_await seals.find_prunable(before);
  if (!seal) co_return false;
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto pruned = AuditStore::add_pruning(changes, *seal, before, now, lease.held());
  const auto committed = co_await parts_.database.commit(std::move(changes));
  const bool is_ours = committed.result(renewed);
  co_return is_ours&& committed.result(pruned) > 0;
}

}  // namespace gatehouse::jobs
