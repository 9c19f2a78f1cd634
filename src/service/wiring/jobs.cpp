#include "service/wiring/jobs.hpp"

#include <unistd.h>

#include <memory>

#include "jobs/audit_pruning.hpp"
#include "jobs/device_cleanup.hpp"
#include "jobs/express_hash_watch.hpp"
#include "jobs/guard_cleanup.hpp"
#include "jobs/heap_release.hpp"
#include "jobs/mail_cleanup.hpp"
#include "jobs/mail_delivery.hpp"
#include "jobs/refusal_counts.hpp"
#include "jobs/session_cleanup.hpp"
#include "mail/transport_choice.hpp"
#include "telemetry/line_writer.hpp"

namespace gatehouse::service {
namespace {

/// Links are secrets: they are for whoever looks at the console and not for the log, which goes elsewhere.
void tell_developer(std::string_view line) { telemetry::LineWriter{STDERR_FILENO}.write(line); }

std::shared_ptr<mail::Courier> make_courier(database::Database& database, SharedParts& shared, telemetry::Log& log) {
  const mail::MailSettings& settings = shared.settings.mail;
  return std::make_shared<mail::Courier>(mail::Courier::Parts{
      .database = database,
      .outbox = shared.capabilities.outbox,
      .settings = settings,
      .transport = mail::make_transport(settings, shared.settings.application.environment, tell_developer),
      .bell = shared.capabilities.mail_bell,
      .clock = shared.clock,
      .random = shared.random,
      .log = log});
}

}  // namespace

std::vector<jobs::Job> make_jobs(database::Database& database, SharedParts& shared, telemetry::Log& log) {
  using jobs::SessionCleanup;
  return {
      SessionCleanup::job(std::make_shared<SessionCleanup>(database, shared.clock),
                          shared.settings.sessions.cleanup_interval),
      jobs::express_hash_watch(database, shared.capabilities.passwords),
      jobs::heap_release(),
      jobs::device_cleanup(database, shared.clock),
      jobs::guard_cleanup(database, shared.clock, shared.settings.lockout),
      jobs::refusal_counts(database, shared.capabilities.tally, shared.clock),
      jobs::audit_pruning(database, shared.clock, shared.settings.audit.retention),
      jobs::mail_delivery(make_courier(database, shared, log)),
      jobs::mail_cleanup(database, shared.clock),
  };
}

}  // namespace gatehouse::service
