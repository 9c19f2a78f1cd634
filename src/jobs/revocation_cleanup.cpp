#include "jobs/revocation_cleanup.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <utility>

#include "revocations/revocation_log.hpp"

namespace gatehouse::jobs {
namespace {

using revocations::RevocationStore;

constexpr int batches_max = 2000;  // per run; what is left waits for the next one

/// False if there is nothing left to delete, or if somebody else has the lease. Both outlive the coroutine.
Task<bool> delete_batch(database::Database& database, const Clock& clock, const Lease& lease,
                        std::chrono::seconds token_ttl) {
  const TimePoint now = clock.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto deleted = RevocationStore::forget(changes, now - token_ttl, lease.held());
  const auto committed = co_await database.commit(std::move(changes));
  const std::int64_t rows = committed.result(deleted);
  co_return committed.result(renewed) && rows == RevocationStore::cleanup_rows_max;
}

Task<> clean_up(database::Database& database, const Clock& clock, Lease lease, std::chrono::seconds own_token_ttl) {
  revocations::RevocationLog log{database, clock, own_token_ttl};
  const auto end = co_await log.end();  // assigns positions, so that unread revocations are known to have existed
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < batches_max; ++i) {
    const bool has_more = co_await delete_batch(database, clock, lease, end.token_ttl);
    if (!has_more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace

Job revocation_cleanup(database::Database& database, const Clock& clock, std::chrono::seconds token_ttl,
                       std::chrono::milliseconds interval) {
  constexpr LeaseTerms lease_terms{.name = "revocation cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock, token_ttl](std::optional<Lease> lease) {
    return clean_up(database, clock, std::move(lease).value(), token_ttl);
  };
  return {.name = "revocation_cleanup", .interval = interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
