// The composition root: gives the command line its drivers, the embedded files and its access to the outside world.
#include <unistd.h>

#include <iostream>

#include "base/build.hpp"
#include "base/clock.hpp"
#include "base/embedded_file.hpp"
#include "cli/program.hpp"
#include "config/sources.hpp"
#include "crypto/random.hpp"
#include "database/postgres/libpq.hpp"
#include "database/postgres/postgres_backups.hpp"
#include "database/postgres/postgres_provider.hpp"
#include "database/sqlite/sqlite_backups.hpp"
#include "database/sqlite/sqlite_provider.hpp"
#include "service/process.hpp"

namespace {

using namespace gatehouse;

std::unique_ptr<database::Provider> open_provider(const database::DatabaseSettings& settings, database::DriverLog log,
                                                  crypto::Random& random) {
  if (settings.kind == database::DatabaseKind::postgres) {
    return std::make_unique<database::postgres::PostgresProvider>(settings, std::move(log), random);
  }
  return std::make_unique<database::sqlite::SqliteProvider>(settings, std::move(log));
}

std::unique_ptr<database::Backups> open_backups(const database::DatabaseSettings& settings,
                                                database::BackupParts parts) {
  if (settings.kind == database::DatabaseKind::postgres) {
    return std::make_unique<database::postgres::PostgresBackups>(settings, std::move(parts));
  }
  return std::make_unique<database::sqlite::SqliteBackups>(settings, std::move(parts));
}

}  // namespace

int main(int argc, char** argv) {
  database::postgres::forget_libpq_environment();
  const SystemClock clock;
  crypto::SystemRandom random;
  return cli::run(
      argc, argv,
      {.build = this_build(),
       .environment = config::read_environment(environ),
       .migrations = embedded_migrations(),
       .seeds = embedded_seeds(),
       .openapi = embedded_openapi().front().text,
       .clock = clock,
       .random = random,
       .open_provider =
           [&random](const service::Settings& settings, database::DriverLog log) {
             return open_provider(settings.database, std::move(log), random);
           },
       .open_backups = [](const service::Settings& settings,
                          database::BackupParts parts) { return open_backups(settings.database, std::move(parts)); },
       .serve = service::serve,
       .in = std::cin,
       .is_interactive = isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
       .out = std::cout,
       .err = std::cerr});
}
