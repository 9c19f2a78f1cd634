#include "database/schema/migration_record.hpp"

#include <algorithm>
#include <utility>

#include "database/schema/sql_literals.hpp"

namespace gatehouse::database::schema {
namespace {

constexpr Statement postgres_has_table{"migrations_postgres_has_table",
                                       "SELECT CAST(CASE WHEN to_regclass($1) IS NULL THEN 0 ELSE 1 END AS bigint)"};
constexpr Statement sqlite_has_table{"migrations_sqlite_has_table",
                                     "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = $1"};
constexpr Statement list_applied{
    "migrations_list_applied",
    "SELECT name, CAST(batch AS bigint), applied_at FROM gatehouse_migrations ORDER BY name"};
constexpr Statement list_knex{"migrations_list_knex",
                              "SELECT name FROM knex_migrations WHERE name IS NOT NULL ORDER BY name"};

constexpr std::string_view knex_suffix = ".js";

Task<bool> has_table(SchemaDatabase& database, std::string name) {
  const Statement& statement = database.dialect() == Dialect::postgres ? postgres_has_table : sqlite_has_table;
  Parameters parameters;
  parameters.emplace_back(std::move(name));
  const auto rows = co_await database.query(statement, std::move(parameters));
  co_return rows[0].integer(0) != 0;
}

Task<std::vector<AppliedMigration>> read_applied(SchemaDatabase& database) {
  Parameters parameters;
  const auto rows = co_await database.query(list_applied, std::move(parameters));
  std::vector<AppliedMigration> applied;
  applied.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    applied.push_back({std::string{rows[i].text(0)}, rows[i].integer(1), rows[i].time(2)});
  }
  co_return applied;
}

Task<std::vector<std::string>> read_express(SchemaDatabase& database) {
  Parameters parameters;
  const auto rows = co_await database.query(list_knex, std::move(parameters));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto name = rows[i].text(0);
    if (name.ends_with(knex_suffix)) name.remove_suffix(knex_suffix.size());
    if (is_express_migration(name)) names.emplace_back(name);
  }
  co_return names;
}

std::string record_values(std::string_view name, std::int64_t batch, TimePoint now, Dialect dialect) {
  return "INSERT INTO gatehouse_migrations (name, batch, applied_at) VALUES (" + name_literal(name) + ", " +
         std::to_string(batch) + ", " + time_literal(now, dialect) + ")";
}

std::string knex_name(std::string_view name) { return name_literal(std::string{name}.append(knex_suffix)); }

}  // namespace

bool is_express_migration(std::string_view name) {
  return std::ranges::find(express_migrations, name) != std::ranges::end(express_migrations);
}

Task<MigrationRecord> read_migration_record(SchemaDatabase& database) {
  MigrationRecord record;
  record.exists = co_await has_table(database, "gatehouse_migrations");
  record.knex = co_await has_table(database, "knex_migrations");
  if (record.exists) record.applied = co_await read_applied(database);
  if (record.knex) record.express = co_await read_express(database);
  std::erase_if(record.express, [&](const std::string& name) {
    return std::ranges::find(record.applied, name, &AppliedMigration::name) != record.applied.end();
  });
  co_return record;
}

std::string adoption_script(std::span<const std::string> adopted, TimePoint now, Dialect dialect) {
  const std::string time_type = dialect == Dialect::postgres ? "timestamptz" : "INTEGER";
  std::string script =
      "CREATE TABLE IF NOT EXISTS gatehouse_migrations (name text NOT NULL PRIMARY KEY, batch integer NOT NULL, "
      "applied_at " +
      time_type + " NOT NULL);\n";
  for (const std::string& name : adopted) {
    script += record_values(name, 1, now, dialect) + " ON CONFLICT (name) DO NOTHING;\n";
  }
  return script;
}

std::string up_script(const Migration& migration, std::int64_t batch, TimePoint now, Dialect dialect, bool knex) {
  std::string script = record_values(migration.name, batch, now, dialect) + ";\n";
  if (knex && is_express_migration(migration.name)) {
    script += "INSERT INTO knex_migrations (name, batch, migration_time) SELECT " + knex_name(migration.name) +
              ", coalesce(max(batch), 0) + 1, " + time_literal(now, dialect) + " FROM knex_migrations;\n";
  }
  return script.append(migration.up);
}

std::string down_script(const Migration& migration, TimePoint now, Dialect dialect, bool knex) {
  const std::string name = name_literal(migration.name);
  std::string script = "INSERT INTO gatehouse_migrations (name, batch, applied_at) SELECT NULL, 0, " +
                       time_literal(now, dialect) +
                       " WHERE NOT EXISTS (SELECT 1 FROM gatehouse_migrations WHERE name = " + name + ");\n";
  script += "DELETE FROM gatehouse_migrations WHERE name = " + name + ";\n";
  if (knex && is_express_migration(migration.name)) {
    script += "DELETE FROM knex_migrations WHERE name = " + knex_name(migration.name) + ";\n";
  }
  return script.append(migration.down);
}

}  // namespace gatehouse::database::schema
