#include "jobs/session_cleanup.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <string>
#include <utility>

#include "sessions/session_store.hpp"

namespace gatehouse::jobs {

using sessions::SessionStore;

Job SessionCleanup::job(std::shared_ptr<SessionCleanup> cleanup, std::chrono::milliseconds interval) {
  auto run = [cleanup = std::move(cleanup)](std::optional<Lease> lease) {
    return cleanup->run(std::move(lease).value());
  };
  return {.name = "session_cleanup", .interval = interval, .lease = lease_terms, .run = std::move(run)};
}

Task<> SessionCleanup::run(Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < batches_max; ++i) {
    const bool more = co_await delete_batch(lease);
    if (!more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

/// False once there is nothing more to delete, or for somebody else to.
Task<bool> SessionCleanup::delete_batch(const Lease& lease) {
  const TimePoint now = clock_.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto expired = changes.add(SessionStore::delete_expired(now, lease.held()));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(renewed)) co_return false;
  const std::int64_t deleted = committed.result(expired);
  deleted_ += deleted;
  co_return deleted == SessionStore::cleanup_sessions_max;
}

}  // namespace gatehouse::jobs
