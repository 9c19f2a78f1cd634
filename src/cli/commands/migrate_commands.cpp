#include "cli/commands/migrate_commands.hpp"

#include <algorithm>
#include <ostream>

#include "cli/commands/database_session.hpp"
#include "cli/commands/migration_text.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migration_scaffold.hpp"
#include "database/schema/migrator.hpp"

namespace gatehouse::cli {
namespace {

using Outcome = std::expected<database::schema::MigrationNames, database::schema::MigrationError>;

int report(const Program& program, const Outcome& outcome, std::string_view done, std::string_view nothing_done) {
  if (!outcome) {
    program.err << database::schema::describe(outcome.error()) << '\n';
    return exit_failure;
  }
  if (outcome->empty())
    program.out << nothing_done << '\n';
  else
    program.out << list_migrations(done, *outcome) << '\n';
  return exit_success;
}

std::string_view describe(database::schema::ScaffoldError error) {
  switch (error) {
    case database::schema::ScaffoldError::bad_name:
      return "a migration's name is a letter and then letters, digits and _, all lower-case, at most 60 of them";
    case database::schema::ScaffoldError::day_is_full:
      return "there are 999 migrations of today already";
    case database::schema::ScaffoldError::cannot_write:
      return "the files cannot be written; is the directory right?";
  }
  return "";
}

}  // namespace

int migrate_latest(const Program& program, const config::Settings& settings) {
  DatabaseSession session{program, settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  return report(program, session.run(migrator.latest()), "Applied", "The schema is up to date");
}

int migrate_rollback(const Program& program, const config::Settings& settings, const MigrateRollbackCommand& command) {
  if (settings.environment == config::Environment::production && !command.to) {
    program.err << "The last batch may be the whole schema, with every user in it. In production name what stays:\n"
                   "gatehouse migrate rollback --to NAME (`gatehouse migrate status` lists the names)\n";
    return exit_failure;
  }
  DatabaseSession session{program, settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  return report(program, session.run(migrator.rollback(command.to)), "Rolled back", "There is nothing to roll back");
}

int migrate_status(const Program& program, const config::Settings& settings) {
  DatabaseSession session{program, settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto migrations = session.run(migrator.status());
  program.out << table_of(migrations) << '\n';
  const bool is_current = std::ranges::all_of(migrations, [](const auto& one) { return one.known && one.applied; });
  return is_current ? exit_success : exit_failure;
}

int migrate_make(const Program& program, const MigrateMakeCommand& command) {
  const auto files = database::schema::make_migration(command.directory, command.name, program.clock.now());
  if (!files) {
    program.err << describe(files.error()) << '\n';
    return exit_failure;
  }
  for (const auto& file : *files) program.out << "Created " << file.string() << '\n';
  program.out << "Rebuild the program to include them\n";
  return exit_success;
}

}  // namespace gatehouse::cli
