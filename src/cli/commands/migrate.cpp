#include "cli/commands/migrate.hpp"

#include <CLI/App.hpp>
#include <algorithm>
#include <ostream>
#include <string>

#include "cli/commands/consent.hpp"
#include "cli/commands/database_session.hpp"
#include "cli/commands/make_options.hpp"
#include "cli/commands/migrate_plan.hpp"
#include "cli/commands/migration_text.hpp"
#include "cli/commands/others.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migration_scaffold.hpp"
#include "database/schema/migrator.hpp"
#include "service/schema_update.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

/// Arguments of `migrate rollback`.
struct RollbackOptions {
  std::string to;      ///< empty: only the last batch
  bool force = false;  ///< even while others are connected
  Consent consent;
};

/// A CLI11 validator: says what is wrong with the argument; empty if nothing is. A script whose variable is empty must
/// not roll back the last batch instead.
std::string refuse_empty(const std::string& name) { return name.empty() ? "needs a migration's name" : ""; }

void define_rollback(CLI::App& command, RollbackOptions& options) {
  command
      .add_option("--to", options.to,
                  "Roll back everything after this migration, given by its full name or its beginning; with `express`, "
                  "everything that is Gatehouse's own")
      ->type_name("NAME")
      ->check(refuse_empty);
  define_consent(command, options.consent);
  command.add_flag("--force", options.force, "Roll back even while services are connected to the database");
}

void define_make_migration(CLI::App& command, MakeOptions& options) { define_make(command, options, "migrations"); }

using Outcome = std::expected<database::schema::MigrationNames, database::schema::MigrationError>;

int report(const Program& program, const Outcome& outcome, std::string_view done, std::string_view nothing_done) {
  if (!outcome) {
    program.err << database::schema::describe(outcome.error()) << '\n';
    return exit_failure;
  }
  if (outcome->empty()) {
    program.out << nothing_done << '\n';
  } else {
    program.out << list_migrations(done, *outcome) << '\n';
  }
  return exit_success;
}

std::string_view describe(database::schema::ScaffoldError error) {
  switch (error) {
    case database::schema::ScaffoldError::bad_name:
      return "a migration's name must be at most 60 lower-case letters, digits and _, beginning with a letter";
    case database::schema::ScaffoldError::day_is_full:
      return "there are already 999 migrations for today";
    case database::schema::ScaffoldError::cannot_write:
      return "the files cannot be written; is the directory right?";
  }
  return "";
}

int migrate_latest(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  return report(program, session.run(service::update_schema(session.schema(), migrator)), "Applied",
                "The schema is up to date");
}

/// False, with the reason printed, if services would go on with tables that no longer fit them.
bool may_roll_back(const Program& program, DatabaseSession& session) {
  const auto others = session.run(list_who_stays(session.schema()));
  if (others.empty()) return true;
  program.err << "Nothing was rolled back, because others are connected to the database:\n";
  for (const std::string& other : others) program.err << "  " << other << '\n';
  program.err << "A service that keeps running would fail at every login. Stop it first, or add --force\n";
  return false;
}

int migrate_rollback(const Program& program, const RollbackOptions& options, const service::Loaded& loaded) {
  if (loaded.settings.application.environment == config::Environment::production && options.to.empty()) {
    program.err << "The last batch may be the whole schema with every user in it. In production, name the last "
                   "migration to keep:\n"
                   "gatehouse migrate rollback --to NAME (`gatehouse migrate status` lists the names)\n";
    return exit_failure;
  }
  constexpr std::string_view loss = "This deletes everything that these migrations have added, such as sessions";
  if (!has_consent(program, options.consent, loss)) return exit_failure;
  DatabaseSession session{program, loaded.settings};
  if (!options.force && !may_roll_back(program, session)) return exit_failure;
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto target = options.to.empty() ? std::nullopt : std::optional{options.to};
  return report(program, session.run(migrator.rollback(target)), "Rolled back", "There is nothing to roll back");
}

/// Fails if a migration is pending, or applied and unknown, so that scripts can ask.
int migrate_status(const Program& program, const service::Loaded& loaded) {
  DatabaseSession session{program, loaded.settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto migrations = session.run(migrator.status());
  program.out << table_of(migrations) << '\n';
  const bool is_current = std::ranges::all_of(migrations, [](const auto& one) { return one.known && one.applied; });
  return is_current ? exit_success : exit_failure;
}

int migrate_make(const Program& program, const MakeOptions& options) {
  const auto files = database::schema::make_migration(options.directory, options.name, program.clock.now());
  if (!files) {
    program.err << describe(files.error()) << '\n';
    return exit_failure;
  }
  for (const auto& file : *files) program.out << "Created " << file.string() << '\n';
  program.out << "Rebuild the program to include them\n";
  return exit_success;
}

}  // namespace

void add_migrate_commands(Commands& commands) {
  Commands migrate = commands.add_group("migrate", "Apply or roll back database migrations");
  migrate.add("latest", "Apply missing migrations", migrate_latest);
  add_migrate_plan(migrate);
  migrate.add("rollback", "Roll back the last batch of migrations", define_rollback, migrate_rollback);
  migrate.add("status", "List migrations, applied and pending", migrate_status);
  migrate.add("make", "Write the files of a new migration", define_make_migration, migrate_make);
}

}  // namespace gatehouse::cli
