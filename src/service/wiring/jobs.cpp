#include "service/wiring/jobs.hpp"

#include <unistd.h>

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "audit/audit_store.hpp"
#include "audit/seal_keys.hpp"
#include "flows/signing_keys/signing_key_flow.hpp"
#include "jobs/api_key_cleanup.hpp"
#include "jobs/api_key_uses.hpp"
#include "jobs/audit_months.hpp"
#include "jobs/audit_pruning.hpp"
#include "jobs/audit_sealing.hpp"
#include "jobs/database_figures.hpp"
#include "jobs/device_cleanup.hpp"
#include "jobs/express_hash_watch.hpp"
#include "jobs/guard_cleanup.hpp"
#include "jobs/heap_release.hpp"
#include "jobs/idempotency_cleanup.hpp"
#include "jobs/index_building.hpp"
#include "jobs/mail_cleanup.hpp"
#include "jobs/mail_delivery.hpp"
#include "jobs/one_time_token_cleanup.hpp"
#include "jobs/refusal_counts.hpp"
#include "jobs/revocation_cleanup.hpp"
#include "jobs/session_cleanup.hpp"
#include "jobs/signing_key_rotation.hpp"
#include "jobs/token_lifetime.hpp"
#include "json/writer.hpp"
#include "mail/transport_choice.hpp"
#include "telemetry/line_writer.hpp"

namespace gatehouse::service {
namespace {

/// Links are secrets: they are for the person at the console, not for the log, which goes elsewhere.
void tell_developer(std::string_view line) { telemetry::LineWriter{STDERR_FILENO}.write(line); }

/// The actual reason may hold an address, so it stays with the mail.
database::Change<void> record_of_failure(const mail::ClaimedMail& mail, TimePoint now) {
  audit::Event event{.type = audit::EventType::mail_failed,
                     .at = now,
                     .origin = audit::system_origin("courier"),
                     .outcome = audit::Outcome::error,
                     .reason = "given_up"};
  json::Writer{event.details}.begin_object().member("mailId", mail.id).member("kind", mail.kind).end_object();
  return audit::AuditStore::record(std::move(event));
}

std::shared_ptr<mail::Courier> make_courier(database::Database& database, SharedParts& shared, telemetry::Log& log) {
  const mail::MailSettings& settings = shared.settings.mail;
  return std::make_shared<mail::Courier>(mail::Courier::Parts{
      .database = database,
      .outbox = shared.capabilities.outbox,
      .settings = settings,
      .transport = mail::make_transport(settings, shared.settings.application.environment, tell_developer),
      .bell = shared.capabilities.mail_bell,
      .clock = shared.capabilities.database_clock,
      .random = shared.random,
      .log = log,
      .failure_record = [&clock = shared.clock](const mail::ClaimedMail& mail) {
        return record_of_failure(mail, clock.now());
      }});
}

/// What the job does in each of its runs.
std::function<Task<>()> make_rotation(database::Database& database, SharedParts& shared) {
  const Settings& settings = shared.settings;
  const auto flow = std::make_shared<flows::SigningKeyFlow>(flows::SigningKeyFlow::Parts{
      .database = database,
      .sealer = shared.capabilities.key_sealer,
      .life =
          signing_keys::KeyLife{{.jwks_max_age = settings.signing_keys.jwks_max_age, .token_ttl = settings.tokens.ttl}},
      .clock = shared.clock,
      .random = shared.random});
  return [flow, interval = settings.signing_keys.rotation_interval] { return flow->rotate(interval); };
}

jobs::Job make_sealing(database::Database& database, SharedParts& shared, telemetry::Log& log) {
  const audit::AuditSettings& settings = shared.settings.audit;
  return jobs::audit_sealing({.database = database,
                              .clock = shared.clock,
                              .figures = shared.seal_figures,
                              .key = audit::make_signing_key(settings),
                              .interval = settings.seal_interval,
                              .log = log});
}

database::Dialect dialect_of(const Settings& settings) {
  return settings.database.kind == database::DatabaseKind::postgres ? database::Dialect::postgres
                                                                    : database::Dialect::sqlite;
}

jobs::Job make_pruning(const JobParts& parts) {
  return jobs::AuditPruning::job({.database = parts.database,
                                  .open_schema = parts.open_schema,
                                  .clock = parts.shared.clock,
                                  .retention = parts.shared.settings.audit.retention,
                                  .dialect = dialect_of(parts.shared.settings)});
}

jobs::Job make_index_building(const JobParts& parts) {
  const auto dialect = dialect_of(parts.shared.settings);
  return jobs::IndexBuilding::job({.database = parts.database,
                                   .open_schema = parts.open_schema,
                                   .indexes = database::schema::plan_background_indexes(parts.migrations, dialect),
                                   .log = parts.log});
}

}  // namespace

std::vector<jobs::Job> make_jobs(const JobParts& parts) {
  using jobs::SessionCleanup;
  auto& [database, open_schema, migrations, shared, log] = parts;
  std::vector<jobs::Job> made{
      SessionCleanup::job(std::make_shared<SessionCleanup>(database, shared.clock, dialect_of(shared.settings)),
                          shared.settings.sessions.cleanup_interval),
      jobs::express_hash_watch(database, shared.capabilities.passwords),
      jobs::heap_release(),
      jobs::device_cleanup(database, shared.clock),
      jobs::api_key_uses(database, shared.capabilities.key_cache),
      jobs::api_key_cleanup(database, shared.clock),
      jobs::guard_cleanup(database, shared.capabilities.database_clock, shared.settings.lockout),
      jobs::refusal_counts({.database = database, .tally = shared.capabilities.tally, .random = shared.random},
                           shared.clock),
      make_sealing(database, shared, log),
      make_pruning(parts),
      jobs::mail_delivery(make_courier(database, shared, log)),
      jobs::mail_cleanup(database, shared.clock),
      jobs::one_time_token_cleanup(database, shared.clock),
      jobs::idempotency_cleanup(database, shared.clock),
      jobs::database_figures(database, shared.figures, shared.clock),
      jobs::token_lifetime(database, shared.clock, shared.settings.tokens.ttl),
      jobs::revocation_cleanup(database, shared.clock, shared.settings.tokens.ttl,
                               shared.settings.sessions.cleanup_interval),
      jobs::signing_key_rotation(make_rotation(database, shared)),
      make_index_building(parts),
  };
  if (dialect_of(shared.settings) == database::Dialect::postgres) {
    made.push_back(jobs::AuditMonthMaking::job({.database = database, .open_schema = open_schema}));
  }
  return made;
}

}  // namespace gatehouse::service
