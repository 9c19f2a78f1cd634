#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database {

/// What a database says about itself.
struct DatabaseFacts {
  std::string version;           ///< `PostgreSQL 15.8`, `SQLite 3.40.1`
  std::optional<TimePoint> now;  ///< its clock; nothing where it has none of its own
};

/// Asks for them. Throws what SchemaDatabase throws.
[[nodiscard]] Task<DatabaseFacts> read_database_facts(SchemaDatabase& database);

}  // namespace gatehouse::database
