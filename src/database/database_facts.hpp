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
  std::string encoding;          ///< `UTF8` where it stores every text

  [[nodiscard]] bool stores_every_text() const { return encoding == "UTF8"; }
};

/// What the encoding of a database does that does not store every text, and what to do about it: for people.
[[nodiscard]] std::string encoding_warning(const DatabaseFacts& facts);

/// Asks for them. Throws what SchemaDatabase throws.
[[nodiscard]] Task<DatabaseFacts> read_database_facts(SchemaDatabase& database);

}  // namespace gatehouse::database
