#include "cli/schema_startup.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <utility>

#include "cli/migration_error_text.hpp"

namespace gatehouse::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;
using Timer = boost::asio::basic_waitable_timer<SteadyClock, boost::asio::wait_traits<SteadyClock>, Executor>;

}  // namespace

SchemaStartup::SchemaStartup(const Parts& parts)
    : parts_(parts),
      migrator_(parts.database, parts.migrations, parts.clock),
      seeder_(parts.database, parts.accounts) {}

Task<SchemaOutcome> SchemaStartup::attempt() {
  try {
    const SchemaOutcome outcome = co_await migrate();
    if (outcome != SchemaOutcome::ready) co_return outcome;
    co_await seed();
    parts_.ready = true;
    co_return SchemaOutcome::ready;
  } catch (const database::Unavailable& failure) {
    // Once per outage: the next attempts follow every half second.
    if (!std::exchange(away_reported_, true)) parts_.log.warn("database_unavailable", {{"reason", failure.what()}});
    co_return SchemaOutcome::away;
  }
}

Task<SchemaOutcome> SchemaStartup::migrate() {
  const auto applied = co_await migrator_.latest();
  if (!applied) {
    parts_.log.error("migrations_refused", {{"reason", describe(applied.error())}});
    co_return SchemaOutcome::refused;
  }
  for (const std::string& name : *applied) parts_.log.info("migration_applied", {{"name", name}});
  co_return SchemaOutcome::ready;
}

Task<> SchemaStartup::seed() {
  if (parts_.seeds.empty()) co_return;
  const flows::SeedReport report = co_await seeder_.run(parts_.seeds);
  for (const std::string& problem : report.problems) parts_.log.warn("seed_skipped", {{"reason", problem}});
  if (report.created > 0) parts_.log.info("seeds_planted", {{"created", report.created}});
}

/// While serving, a statement that the database refuses is no reason to give up: an operator may still grant a right.
Task<SchemaOutcome> SchemaStartup::attempt_again() {
  try {
    co_return co_await attempt();
  } catch (const database::StatementFailed& failure) {
    parts_.log.error("migrations_refused", {{"reason", failure.what()}});
    co_return SchemaOutcome::refused;
  }
}

Task<> SchemaStartup::attempt_until_ready() {
  Timer timer{co_await boost::asio::this_coro::executor};
  SchemaOutcome outcome = SchemaOutcome::away;
  while (outcome != SchemaOutcome::ready) {
    if (outcome == SchemaOutcome::refused)
      timer.expires_after(refused_interval);
    else
      timer.expires_after(retry_interval);
    co_await timer.async_wait(use_task);
    outcome = co_await attempt_again();
  }
}

}  // namespace gatehouse::cli
