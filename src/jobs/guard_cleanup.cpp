#include "jobs/guard_cleanup.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <optional>
#include <utility>

#include "lockout/guard_store.hpp"

namespace gatehouse::jobs {
namespace {

using lockout::Guard;
using lockout::GuardStore;

constexpr LeaseTerms guard_cleanup_lease{.name = "guard cleanup", .duration = std::chrono::seconds{30}};

/// Where the next batch begins; nothing at the end, or if somebody else has the lease. Everything outlives the
/// coroutine.
Task<std::optional<Guard>> forget_batch(database::Database& database, const Clock& clock,
                                        const lockout::LockoutSettings& settings, const Lease& lease, Guard begin) {
  GuardStore guards{database};
  Guard first = begin;
  auto end = co_await guards.end_of_batch(std::move(first));
  const TimePoint now = clock.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  changes.add(GuardStore::forget_idle(std::move(begin), end, now, settings, lease.held()));
  const auto committed = co_await database.commit(std::move(changes));
  if (!committed.result(renewed)) co_return std::nullopt;
  co_return end;
}

/// All references outlive the coroutine.
Task<> forget_idle_guards(database::Database& database, const Clock& clock, const lockout::LockoutSettings& settings,
                          Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  std::optional<Guard> begin{Guard{}};
  while (begin && cancellation.cancelled() == boost::asio::cancellation_type::none) {
    begin = co_await forget_batch(database, clock, settings, lease, *std::move(begin));
  }
}

}  // namespace

Job guard_cleanup(database::Database& database, const Clock& clock, const lockout::LockoutSettings& settings) {
  auto run = [&database, &clock, &settings](std::optional<Lease> lease) {
    return forget_idle_guards(database, clock, settings, std::move(lease).value());
  };
  return {
      .name = "guard_cleanup", .interval = guard_cleanup_interval, .lease = guard_cleanup_lease, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
