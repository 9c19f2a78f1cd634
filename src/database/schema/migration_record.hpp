#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "database/schema/migration_plan.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// A migration the database says it has.
struct AppliedMigration {
  std::string name;
  std::int64_t batch;
  TimePoint applied_at;
};

/// What the database says about its own schema: `gatehouse_migrations`, and Knex's table if the Express service was
/// there before. Everything here may throw as SchemaDatabase does.
struct MigrationRecord {
  bool exists = false;                    ///< there is a gatehouse_migrations
  bool knex = false;                      ///< there is a knex_migrations
  std::vector<AppliedMigration> applied;  ///< by name
  std::vector<std::string> express;       ///< done by Knex and not in `applied`, without their `.js`, by name
};

[[nodiscard]] Task<MigrationRecord> read_migration_record(SchemaDatabase& database);

/// The script that makes the table and records `adopted` as done in the first batch. Harmless when run twice.
[[nodiscard]] std::string adoption_script(std::span<const std::string> adopted, TimePoint now, Dialect dialect);

/// The script of one step up. It first records the step, which violates a unique constraint if the step was already
/// made. With `knex`, a step of the Express service is recorded in its table too.
[[nodiscard]] std::string up_script(const Migration& migration, std::int64_t batch, TimePoint now, Dialect dialect,
                                    bool knex);

/// The script of one step down. It violates a not-null constraint if the step was already rolled back.
[[nodiscard]] std::string down_script(const Migration& migration, TimePoint now, Dialect dialect, bool knex);

/// The migrations the Express service made with Knex, under the same names, oldest first.
inline constexpr std::string_view express_migrations[] = {
    "20250711_001_create_users_table",
    "20250714_001_add_password_to_users",
    "20250715_001_create_sessions_table",
};

[[nodiscard]] bool is_express_migration(std::string_view name);

}  // namespace gatehouse::database::schema
