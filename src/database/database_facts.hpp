#pragma once

#include <optional>
#include <string>

#include "base/time.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database {

/// What a database says about itself.
struct DatabaseFacts {
  std::string version;           ///< `PostgreSQL 15.8`, `SQLite 3.40.1`
  std::optional<TimePoint> now;  ///< its clock; nothing if it has none of its own
  std::string encoding;          ///< `UTF8` if it stores every text

  [[nodiscard]] bool stores_every_text() const { return encoding == "UTF8"; }
};

/// Tells people what an encoding that does not store every text leads to, and what to do about it.
[[nodiscard]] std::string encoding_warning(const DatabaseFacts& facts);

/// Reads them from the database. Throws what SchemaDatabase throws.
[[nodiscard]] Task<DatabaseFacts> read_database_facts(SchemaDatabase& database);

}  // namespace gatehouse::database
