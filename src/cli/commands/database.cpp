#include "cli/commands/database.hpp"

#include <ostream>

#include "cli/commands/consent.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/migration_text.hpp"
#include "cli/commands/partitions.hpp"
#include "cli/commands/seed.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migrator.hpp"
#include "service/schema_update.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Rolls back batch after batch until none is left.
std::expected<database::schema::MigrationNames, database::schema::MigrationError> roll_everything_back(
    DatabaseSession& session, database::schema::Migrator& migrator) {
  database::schema::MigrationNames all;
  while (true) {
    auto batch = session.run(migrator.rollback(std::nullopt));
    if (!batch) return batch;
    if (batch->empty()) return all;
    all.insert(all.end(), batch->begin(), batch->end());
  }
}

/// Everything in the tables is lost.
int reset_database(const Program& program, const Consent& consent, const service::Loaded& loaded) {
  const service::Settings& settings = loaded.settings;
  if (settings.application.environment == config::Environment::production) {
    program.err << "A reset deletes every user. Refused in production\n";
    return exit_failure;
  }
  if (!has_consent(program, consent, "This deletes every user and every session")) return exit_failure;
  DatabaseSession session{program, settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto rolled_back = roll_everything_back(session, migrator);
  const auto applied = rolled_back ? session.run(service::update_schema(session.schema(), migrator)) : rolled_back;
  if (!applied) {
    program.err << database::schema::describe(applied.error()) << '\n';
    return exit_failure;
  }
  if (!rolled_back->empty()) program.out << list_migrations("Rolled back", *rolled_back) << '\n';
  program.out << list_migrations("Applied", *applied) << '\n';
  return plant_seeds(program, settings, session, program.seeds);
}

}  // namespace

void add_database_commands(Commands& commands) {
  Commands database = commands.add_group("db", "Manage the whole database");
  database.add("reset", "Roll everything back, migrate and seed; refused in production", define_consent,
               reset_database);
  add_partition_commands(database);
}

}  // namespace gatehouse::cli
