#include "service/schema_startup.hpp"

#include <exception>

#include "audit/seal_store.hpp"
#include "database/database_facts.hpp"
#include "database/errors.hpp"
#include "database/schema/migration_error_text.hpp"
#include "runtime/steady_timer.hpp"
#include "service/schema_update.hpp"

namespace gatehouse::service {

SchemaStartup::SchemaStartup(const Parts& parts)
    : parts_(parts),
      migrator_(parts.schema, parts.migrations, parts.clock),
      seeder_(parts.database, parts.accounts, audit::system_origin("seeds")) {}

Task<SchemaStartup::Outcome> SchemaStartup::attempt() {
  try {
    const Outcome outcome = co_await migrate();
    if (outcome != Outcome::ready) co_return outcome;
    co_await check_encoding();
    co_await raise_audit_positions();
    co_await seed();
    co_await parts_.load();
    parts_.ready = true;
    parts_.log.info("schema_ready");
    co_return Outcome::ready;
  } catch (const database::StatementFailed& failure) {
    co_return refused(failure.what());
  } catch (const std::exception& failure) {
    co_return away(failure.what());
  }
}

Task<SchemaStartup::Outcome> SchemaStartup::migrate() {
  const auto applied = co_await update_schema(parts_.schema, migrator_);
  if (!applied) co_return refused(database::schema::describe(applied.error()));
  for (const std::string& name : *applied) parts_.log.info("migration_applied", {{"name", name}});
  co_return Outcome::ready;
}

/// Only a warning, because the Express service worked with such a database too.
Task<> SchemaStartup::check_encoding() {
  const auto facts = co_await database::read_database_facts(parts_.schema);
  if (facts.stores_every_text()) co_return;
  parts_.log.warn("database_encoding", {{"reason", database::encoding_warning(facts)}});
}

/// Runs before the first event of this process: an event recorded below a sealed position would be taken for forged.
Task<> SchemaStartup::raise_audit_positions() {
  audit::SealStore seals{parts_.database};
  const bool were_raised = co_await seals.raise_positions();
  if (were_raised) parts_.log.info("audit_positions_raised");
}

Task<> SchemaStartup::seed() {
  if (parts_.seeds.empty()) co_return;
  const flows::SeedReport report = co_await seeder_.run(parts_.seeds);
  for (const std::string& problem : report.problems) parts_.log.warn("seed_skipped", {{"reason", problem}});
  if (report.created > 0) parts_.log.info("seeds_planted", {{"created", report.created}});
}

SchemaStartup::Outcome SchemaStartup::refused(std::string_view reason) {
  parts_.log.error("migrations_refused", {{"reason", reason}});
  return Outcome::refused;
}

SchemaStartup::Outcome SchemaStartup::away(std::string_view reason) {
  parts_.outages.write(telemetry::Level::warn, "database_unavailable", "reason", reason);
  was_away_ = true;
  return Outcome::away;
}

Task<bool> SchemaStartup::attempt_until_ready() {
  runtime::SteadyTimer timer{co_await boost::asio::this_coro::executor};
  while (true) {
    const Outcome outcome = co_await attempt();
    if (outcome == Outcome::ready) co_return true;
    if (outcome == Outcome::refused && !was_away_) co_return false;
    if (outcome == Outcome::refused) {
      timer.expires_after(refused_interval);
    } else {
      timer.expires_after(retry_interval);
    }
    co_await timer.async_wait(use_task);
  }
}

}  // namespace gatehouse::service
