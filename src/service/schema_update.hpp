#pragma once

#include <expected>
#include <vector>

#include "database/schema/migrator.hpp"

namespace gatehouse::service {

/// Brings the schema up to date. Before it changes anything, it looks for addresses that would become one account. Then
/// it applies the missing migrations and stores keys for the addresses that lack one. Both outlive the call. See
/// Migrator::latest() for everything else.
[[nodiscard]] Task<std::expected<database::schema::MigrationNames, database::schema::MigrationError>> update_schema(
    database::SchemaDatabase& database, database::schema::Migrator& migrator);

/// What update_schema() would apply, in that order, or why it would refuse before it changes anything. Changes nothing.
/// Both outlive the call. See Migrator::pending() for everything else.
[[nodiscard]] Task<std::expected<std::vector<database::schema::Migration>, database::schema::MigrationError>>
plan_schema_update(database::SchemaDatabase& database, database::schema::Migrator& migrator);

}  // namespace gatehouse::service
