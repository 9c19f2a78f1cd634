#include "cli/commands/migrate_plan.hpp"

#include <CLI/App.hpp>
#include <expected>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cli/commands/database_session.hpp"
#include "cli/commands/migration_plan_text.hpp"
#include "cli/commands/missing_file.hpp"
#include "cli/commands/shared_options.hpp"
#include "database/schema/migration_error_text.hpp"
#include "database/schema/migration_preview.hpp"
#include "database/schema/migrator.hpp"
#include "service/schema_update.hpp"
#include "service/settings.hpp"

namespace gatehouse::cli {
namespace {

using database::Dialect;
using database::schema::MigrationPreview;

using Planned = std::expected<std::vector<MigrationPreview>, database::schema::MigrationError>;

/// Arguments of `migrate plan`.
struct PlanOptions {
  bool as_json = false;
};

void define_plan(CLI::App& command, PlanOptions& options) { define_json(command, options.as_json); }

Dialect dialect_of(const service::Loaded& loaded) {
  const bool is_sqlite = loaded.settings.database.kind == database::DatabaseKind::sqlite;
  return is_sqlite ? Dialect::sqlite : Dialect::postgres;
}

Planned preview_pending(const Program& program, const service::Loaded& loaded) {
  if (is_missing_file(loaded.settings.database)) {
    const auto all = database::schema::plan_migrations(program.migrations, Dialect::sqlite);
    return preview(all, {}, Dialect::sqlite);
  }
  DatabaseSession session{program, loaded.settings};
  database::schema::Migrator migrator{session.schema(), program.migrations, program.clock};
  auto pending = session.run(service::plan_schema_update(session.schema(), migrator));
  if (!pending) return std::unexpected(std::move(pending.error()));
  if (pending->empty()) return {};
  auto facts = session.run(database::schema::read_schema_facts(session.schema()));
  return preview(*pending, std::move(facts), dialect_of(loaded));
}

int migrate_plan(const Program& program, const PlanOptions& options, const service::Loaded& loaded) {
  const Planned previews = preview_pending(program, loaded);
  if (!previews) {
    const std::string reason = describe(previews.error());
    if (options.as_json) program.out << refused_plan_json(reason);
    program.err << "The migrations would be refused: " << reason << '\n';
    return exit_failure;
  }
  if (options.as_json) {
    program.out << plan_json(*previews, dialect_of(loaded));
  } else if (previews->empty()) {
    program.out << "The schema is up to date\n";
  } else {
    program.out << describe_plan(*previews, dialect_of(loaded)) << '\n';
  }
  return exit_success;
}

}  // namespace

void add_migrate_plan(Commands& migrate) {
  migrate.add("plan", "Show what missing migrations would do, and change nothing", define_plan, migrate_plan);
}

}  // namespace gatehouse::cli
