#include "jobs/database_figures.hpp"

#include "mail/mail_store.hpp"
#include "sessions/session_store.hpp"

namespace gatehouse::jobs {
namespace {

/// After this time, another replica has taken over the job.
constexpr std::chrono::minutes good_for = 2 * database_figures_interval;
constexpr LeaseTerms figures_lease{.name = "database_figures", .duration = std::chrono::minutes{2}};

/// All three outlive the run.
Task<> look(database::Database& database, DatabaseFigures& figures, const Clock& clock) {
  sessions::SessionStore sessions{database};
  mail::MailStore mails{database};
  const double active = co_await sessions.estimate(clock.now());
  const mail::WaitingMails waiting = co_await mails.count_waiting();
  figures.set({.at = clock.now(), .sessions = active, .waiting_mails = waiting.count, .oldest_mail = waiting.oldest});
}

double seconds(TimePoint::duration time) { return std::chrono::duration<double>{time}.count(); }

}  // namespace

void DatabaseFigures::set(const Found& found) {
  const std::scoped_lock lock{mutex_};
  found_ = found;
}

void DatabaseFigures::write(metrics::Page& page, TimePoint now) const {
  const std::scoped_lock lock{mutex_};
  const bool is_known = found_ && now - found_->at <= good_for;
  page.begin_gauge("gatehouse_sessions", "Active sessions, estimated once a minute by one replica.");
  if (is_known) page.sample({}, found_->sessions);
  page.begin_gauge("gatehouse_mail_queue_depth", "Mails waiting to be sent, counted once a minute by one replica.");
  if (is_known) page.sample({}, found_->waiting_mails);
  page.begin_gauge("gatehouse_mail_oldest_seconds", "Age of the oldest of them; 0 if none is waiting.");
  if (is_known) page.sample({}, found_->oldest_mail ? seconds(now - *found_->oldest_mail) : 0);
}

Job database_figures(database::Database& database, DatabaseFigures& figures, const Clock& clock) {
  auto run = [&database, &figures, &clock](const std::optional<Lease>& /*held*/) {
    return look(database, figures, clock);
  };
  return {
      .name = "database_figures", .interval = database_figures_interval, .lease = figures_lease, .run = std::move(run)};
}

}  // namespace gatehouse::jobs
