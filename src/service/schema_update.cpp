#include "service/schema_update.hpp"

#include <utility>

#include "database/schema/email_keys.hpp"
#include "users/email.hpp"

namespace gatehouse::service {

using database::schema::MigrationError;
using database::schema::MigrationNames;

Task<std::expected<MigrationNames, MigrationError>> update_schema(database::SchemaDatabase& database,
                                                                  database::schema::Migrator& migrator) {
  database::schema::EmailKeys email_keys{database, users::email_key};
  auto collision = co_await email_keys.check();
  if (collision) co_return std::unexpected(MigrationError{*std::move(collision)});
  auto applied = co_await migrator.latest();
  if (applied) co_await email_keys.fill();
  co_return applied;
}

Task<std::expected<std::vector<database::schema::Migration>, MigrationError>> plan_schema_update(
    database::SchemaDatabase& database, database::schema::Migrator& migrator) {
  database::schema::EmailKeys email_keys{database, users::email_key};
  auto collision = co_await email_keys.check();
  if (collision) co_return std::unexpected(MigrationError{*std::move(collision)});
  co_return co_await migrator.pending();
}

}  // namespace gatehouse::service
