#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded_file.hpp"
#include "database/database.hpp"
#include "database/schema_database.hpp"

/// Indexes of tables that may be large. A migration locks its tables until all migrations are made, so it leaves them
/// to the service, which makes them while it serves. Until then a query that wants one is slow, and right. A new
/// database gets them with its tables.
namespace gatehouse::database::schema {

/// One of them, as its migration wants it.
struct BackgroundIndex {
  std::string name;
  std::string statement;  ///< `CREATE INDEX CONCURRENTLY IF NOT EXISTS …`
};

/// What the files `migrations/<dialect>/NAME.indexes.sql` say, in their order. Throws as plan_migrations() does, and
/// for every other statement.
[[nodiscard]] std::vector<BackgroundIndex> plan_background_indexes(std::span<const EmbeddedFile> files,
                                                                   Dialect dialect);

/// The script that makes a migration's indexes within its transaction; empty where it has none.
[[nodiscard]] std::string script_at_once(std::string_view indexes);

/// Which of the planned indexes are not finished, or not even begun. For PostgreSQL. Throws what Database throws.
[[nodiscard]] Task<std::vector<BackgroundIndex>> find_missing(Database& database, std::vector<BackgroundIndex> planned);

/// Makes it, in the place of what was begun and not finished: as long as that takes, and nobody waits for it. False
/// where another process makes it now. Throws what SchemaDatabase::run_alone() throws.
[[nodiscard]] Task<bool> make_index(SchemaDatabase& database, BackgroundIndex index);

}  // namespace gatehouse::database::schema
