#include "jobs/mail_cleanup.hpp"

#include <utility>

#include "jobs/deletion.hpp"
#include "mail/mail_store.hpp"

namespace gatehouse::jobs {
namespace {

database::Change<std::int64_t> delete_old(TimePoint now, database::HeldLease lease) {
  return mail::MailStore::delete_older(now - mails_kept, std::move(lease));
}

}  // namespace

Job mail_cleanup(database::Database& database, const Clock& clock) {
  constexpr LeaseTerms lease_terms{.name = "mail cleanup", .duration = std::chrono::seconds{30}};
  auto run = [&database, &clock](std::optional<Lease> lease) {
    return delete_in_batches(
        database, clock, std::move(lease).value(),
        {.batch = delete_old, .batch_rows = mail::MailStore::cleanup_max, .batches_max = mail_cleanup_batches_max});
  };
  return {.name = "mail_cleanup", .interval = mail_cleanup_interval, .lease = lease_terms, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
