#include "cli/commands/upkeep_commands.hpp"

#include <ostream>

#include "cli/commands/database_session.hpp"
#include "cli/commands/migration_text.hpp"
#include "cli/commands/seed_commands.hpp"
#include "config/load.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migrator.hpp"
#include "jobs/session_cleanup.hpp"
#include "users/user_store.hpp"

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

}  // namespace

int reset_database(const Program& program, const config::Settings& settings) {
  if (settings.environment == config::Environment::production) {
    program.err << "A reset deletes every user. Refused in production\n";
    return exit_failure;
  }
  DatabaseSession session{program, settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  const auto rolled_back = roll_everything_back(session, migrator);
  const auto applied = rolled_back ? session.run(migrator.latest()) : rolled_back;
  if (!applied) {
    program.err << database::schema::describe(applied.error()) << '\n';
    return exit_failure;
  }
  if (!rolled_back->empty()) program.out << list_migrations("Rolled back", *rolled_back) << '\n';
  program.out << list_migrations("Applied", *applied) << '\n';
  return plant_seeds(program, settings, session, program.seeds);
}

int cleanup_sessions(const Program& program, const config::Settings& settings) {
  DatabaseSession session{program, settings};
  jobs::SessionCleanup cleanup{session.database(), program.clock, program.random};
  const auto deleted = session.run(cleanup.run_once());
  if (deleted)
    program.out << "Deleted " << *deleted << (*deleted == 1 ? " expired session\n" : " expired sessions\n");
  else
    program.out << "Another process is deleting expired sessions at the moment\n";
  return exit_success;
}

int forget_express_passwords(const Program& program, const config::Settings& settings) {
  DatabaseSession session{program, settings};
  users::UserStore store{session.database()};
  const std::int64_t forgotten = session.run(store.forget_express_passwords());
  program.out << "Forgot " << forgotten << (forgotten == 1 ? " kept password hash" : " kept password hashes")
              << " of the Express service\n";
  return exit_success;
}

int generate_secrets(const Program& program) {
  for (const char* name : {"API_KEY", "JWT_SECRET", "SESSION_SECRET"})
    program.out << name << '=' << config::generate_secret(program.random) << '\n';
  return exit_success;
}

}  // namespace gatehouse::cli
