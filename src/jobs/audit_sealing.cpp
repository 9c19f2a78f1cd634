#include "jobs/audit_sealing.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <optional>
#include <string>
#include <utility>

#include "audit/seal_store.hpp"
#include "audit/sealer.hpp"
#include "base/text.hpp"

namespace gatehouse::jobs {
namespace {

constexpr LeaseTerms sealing_lease{.name = "audit sealing", .duration = std::chrono::seconds{10}};

/// Whether an event waits for a seal. The parts outlive the coroutine.
Task<bool> look_for_unsealed(const AuditSealingParts& parts) {
  audit::SealStore store{parts.database};
  const auto last = co_await store.last();
  const std::int64_t sealed_to = last ? last->to : 0;
  const auto oldest = co_await store.first_behind(sealed_to);
  std::optional<TimePoint> last_sealed;
  if (last) last_sealed = last->sealed_at;
  parts.figures.set({.at = parts.clock.now(), .oldest_unsealed = oldest, .last_sealed = last_sealed});
  co_return oldest.has_value();
}

void tell(telemetry::Log& log, const audit::Seal& seal) {
  const audit::Hash hash = hash_of(seal);
  log.info("audit_sealed", {{"seal", seal.number},
                            {"hash", to_hex(audit::bytes_of(hash))},
                            {"events", seal.count},
                            {"key", seal.key_id.value_or(std::string{})}});
}

/// False if another replica has taken over. The parts outlive the coroutine.
Task<bool> store_seal(const AuditSealingParts& parts, audit::SealDraft draft, const Lease& lease) {
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, parts.clock.now()));
  const auto added = audit::SealStore::add(changes, draft.seal, std::move(draft.leaves), lease.held());
  const auto committed = co_await parts.database.commit(std::move(changes));
  const bool is_ours = committed.result(renewed);
  if (!is_ours || committed.result(added) == 0) co_return false;
  tell(parts.log, draft.seal);
  co_return true;
}

/// The parts outlive the coroutine.
Task<> seal(const AuditSealingParts& parts, Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  audit::Sealer sealer{parts.database, parts.clock, parts.key};
  for (int i = 0; i < audit_seals_of_run_max; ++i) {
    auto draft = co_await sealer.draft();
    if (!draft) break;
    const bool goes_on = co_await store_seal(parts, std::move(*draft), lease);
    if (!goes_on || cancellation.cancelled() != boost::asio::cancellation_type::none) break;
  }
  (void)co_await look_for_unsealed(parts);
}

}  // namespace

Job audit_sealing(AuditSealingParts parts) {
  const auto shared = std::make_shared<const AuditSealingParts>(std::move(parts));
  return {.name = "audit_sealing",
          .interval = shared->interval,
          .lease = sealing_lease,
          .is_due = [shared] { return look_for_unsealed(*shared); },
          .run = [shared](std::optional<Lease> lease) { return seal(*shared, std::move(lease).value()); }};
}

}  // namespace gatehouse::jobs
