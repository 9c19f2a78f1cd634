#pragma once

#include <expected>
#include <vector>

#include "database/schema/migrator.hpp"

namespace gatehouse::service {

/// Brings the schema up to date: looks for addresses that would become one account, before anything is changed; makes
/// the missing migrations; stores the keys of addresses that lack one. Both outlive the call. Everything else is said
/// by Migrator::latest().
[[nodiscard]] Task<std::expected<database::schema::MigrationNames, database::schema::MigrationError>> update_schema(
    database::SchemaDatabase& database, database::schema::Migrator& migrator);

/// What update_schema() would apply, in that order, or why it would refuse before it changes anything. Changes nothing.
/// Both outlive the call. Everything else is said by Migrator::pending().
[[nodiscard]] Task<std::expected<std::vector<database::schema::Migration>, database::schema::MigrationError>>
plan_schema_update(database::SchemaDatabase& database, database::schema::Migrator& migrator);

}  // namespace gatehouse::service
