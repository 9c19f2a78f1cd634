#pragma once

#include "database/database_settings.hpp"

namespace gatehouse::cli {

/// Whether the database is an SQLite file that is not there yet, and that opening it would create. Only where there
/// certainly is none: one that may not be looked at is not missing.
[[nodiscard]] bool is_missing_file(const database::DatabaseSettings& database);

}  // namespace gatehouse::cli
