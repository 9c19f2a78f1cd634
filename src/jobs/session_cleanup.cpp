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
  const std::vector<Place> places = co_await find_places();
  std::size_t cleaned = 0;
  for (int i = 0; i < batches_max && cleaned < places.size(); ++i) {
    const Batch batch = co_await delete_batch(lease, places[next_place_ % places.size()]);
    if (batch == Batch::lease_lost || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
    if (batch == Batch::has_more) continue;
    ++cleaned;
    ++next_place_;
  }
}

Task<std::vector<SessionCleanup::Place>> SessionCleanup::find_places() {
  std::vector<Place> places;
  if (dialect_ == database::Dialect::postgres) {
    const auto partitions = co_await database::schema::list_session_partitions(database_);
    places.assign(partitions.begin(), partitions.end());
  }
  if (places.empty()) places.emplace_back(std::nullopt);
  co_return places;
}

Task<SessionCleanup::Batch> SessionCleanup::delete_batch(const Lease& lease, Place place) {
  constexpr std::int64_t most = SessionStore::cleanup_sessions_max;
  const TimePoint now = clock_.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  auto deletion = place ? database::schema::delete_expired_sessions(*place, now, most, lease.held())
                        : SessionStore::delete_expired(now, lease.held());
  const auto expired = changes.add(std::move(deletion));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(renewed)) co_return Batch::lease_lost;
  const std::int64_t deleted = committed.result(expired);
  deleted_ += deleted;
  co_return deleted == most ? Batch::has_more : Batch::was_last;
}

}  // namespace gatehouse::jobs
