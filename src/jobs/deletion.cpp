#include "jobs/deletion.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <utility>

namespace gatehouse::jobs {
namespace {

/// False if there is nothing left to delete, or if somebody else has the lease. Everything outlives the coroutine.
Task<bool> delete_batch(database::Database& database, const Clock& clock, const Lease& lease,
                        const Deletion& deletion) {
  const TimePoint now = clock.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto deleted = changes.add(deletion.batch(now, lease.held()));
  const auto committed = co_await database.commit(std::move(changes));
  const std::int64_t rows = committed.result(deleted);
  co_return committed.result(renewed) && rows == deletion.batch_rows;
}

}  // namespace

Task<> delete_in_batches(database::Database& database, const Clock& clock, Lease lease, Deletion deletion) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < deletion.batches_max; ++i) {
    const bool has_more = co_await delete_batch(database, clock, lease, deletion);
    if (!has_more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace gatehouse::jobs
