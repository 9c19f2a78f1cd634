#include "jobs/mail_cleanup.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <string>
#include <utility>

#include "mail/mail_store.hpp"

namespace gatehouse::jobs {
namespace {

using mail::MailStore;

constexpr LeaseTerms lease_terms{.name = "mail cleanup", .duration = std::chrono::seconds{30}};

/// False once there is nothing more to delete, or for somebody else to.
Task<bool> delete_batch(database::Database& database, const Clock& clock, const Lease& lease) {
  const TimePoint now = clock.now();
  database::Changes changes;
  const auto renewed = changes.add(LeaseStore::renew(lease, now));
  const auto old = changes.add(MailStore::delete_older(now - mails_kept, lease.held()));
  const auto committed = co_await database.commit(std::move(changes));
  const std::int64_t deleted = committed.result(old);
  co_return committed.result(renewed) && deleted == MailStore::cleanup_max;
}

Task<> clean_up(database::Database& database, const Clock& clock, Lease lease) {
  const auto cancellation = co_await boost::asio::this_coro::cancellation_state;
  for (int i = 0; i < mail_cleanup_batches_max; ++i) {
    const bool has_more = co_await delete_batch(database, clock, lease);
    if (!has_more || cancellation.cancelled() != boost::asio::cancellation_type::none) co_return;
  }
}

}  // namespace

Job mail_cleanup(database::Database& database, const Clock& clock) {
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return clean_up(database, clock, std::move(lease).value());
  };
  return {.name = "mail_cleanup", .interval = mail_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
