#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/database.hpp"
#include "database/schema_database.hpp"

/// Indexes on tables that may be large. A migration locks its tables until all migrations are made, so it leaves these
/// indexes to the service, which builds them while it serves. Until then, a query that needs one is slow but correct. A
/// new database gets them with its tables.
namespace gatehouse::database::schema {

/// One such index, as its migration defines it.
struct BackgroundIndex {
  std::string name;
  std::string statement;  ///< `CREATE INDEX CONCURRENTLY IF NOT EXISTS …`
};

/// The indexes in the files `migrations/<dialect>/NAME.indexes.sql`, in order. Throws as plan_migrations() does, and
/// for every other statement.
[[nodiscard]] std::vector<BackgroundIndex> plan_background_indexes(std::span<const EmbeddedFile> files,
                                                                   Dialect dialect);

/// The script that builds a migration's indexes within its transaction; empty if it has none.
[[nodiscard]] std::string script_at_once(std::string_view indexes);

/// Which of the planned indexes are not finished, or not even begun. For PostgreSQL. Throws what Database throws.
[[nodiscard]] Task<std::vector<BackgroundIndex>> find_missing(Database& database, std::vector<BackgroundIndex> planned);

/// Builds the index, replacing one that was begun and not finished. Nobody waits for it, however long it takes. False
/// if another process is building it now. Throws what SchemaDatabase::run_alone() throws.
[[nodiscard]] Task<bool> make_index(SchemaDatabase& database, BackgroundIndex index);

}  // namespace gatehouse::database::schema
