#include "jobs/device_cleanup.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <string>
#include <utility>

#include "devices/device_store.hpp"

namespace gatehouse::jobs {
namespace {

using devices::DeviceStore;

constexpr LeaseTerms lease_terms{.name = "device cleanup", .duration = std::chrono::seconds{30}};

/// False once there is nothing more to delete, or for somebody else to. Everything outlives it.
Task<bool> delete_batch(database::Database& database, const Clock& clock, const Lease& lease) {
  const TimePoint now = clock.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto expired = changes.add(DeviceStore::delete_expired(now, lease.held()));
  const auto committed = co_await database.commit(std::move(changes));
  const bool is_ours = committed.result(renewed);
  co_return is_ours&& committed.result(expired) == DeviceStore::cleanup_devices_max;
}

/// Database and clock outlive it.
Task<> delete_expired_devices(database::Database& database, const Clock& clock, Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < device_cleanup_batches_max; ++i) {
    const bool more = co_await delete_batch(database, clock, lease);
    if (!more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace

Job device_cleanup(database::Database& database, const Clock& clock) {
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_expired_devices(database, clock, std::move(lease).value());
  };
  return {.name = "device_cleanup", .interval = device_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
