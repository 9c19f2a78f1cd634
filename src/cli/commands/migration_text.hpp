#pragma once

#include <span>
#include <string>
#include <string_view>

#include "database/schema/migrator.hpp"

namespace gatehouse::cli {

/// `Applied 2 migrations:` and the names, a line each. Without a final line end.
[[nodiscard]] std::string list_migrations(std::string_view what_was_done, std::span<const std::string> names);

/// A table of every migration: name, state, batch and time. Without a final line end.
[[nodiscard]] std::string table_of(std::span<const database::schema::MigrationStatus> migrations);

}  // namespace gatehouse::cli
