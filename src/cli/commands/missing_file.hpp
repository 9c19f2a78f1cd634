#pragma once

#include "database/database_settings.hpp"

namespace gatehouse::cli {

/// Whether the database is an SQLite file that does not exist yet, and that opening it would create. True only if it
/// certainly does not exist: a file that may not be looked at does not count as missing.
[[nodiscard]] bool is_missing_file(const database::DatabaseSettings& database);

}  // namespace gatehouse::cli
