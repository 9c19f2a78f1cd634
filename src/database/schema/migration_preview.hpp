#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "database/schema/migration_plan.hpp"
#include "database/schema/statement_effect.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// How large a table is.
struct TableSize {
  std::optional<std::int64_t> rows;  ///< estimated; nothing if PostgreSQL has not counted them yet
  std::int64_t bytes = 0;            ///< on the disk, with its indexes
};

/// What a database has before a migration.
struct SchemaFacts {
  std::map<std::string, TableSize, std::less<>> tables;
  IndexTables indexes;  ///< on PostgreSQL; on SQLite the lock does not depend on the index
};

/// Reads them from the database. On SQLite that reads the whole file once. Throws what SchemaDatabase throws.
[[nodiscard]] Task<SchemaFacts> read_schema_facts(SchemaDatabase& database);

/// What a migration does to a table that exists before it.
struct TouchedTable {
  std::string name;
  TableSize size;
  TableLock lock = TableLock::none;       ///< the strongest; held until the transaction ends
  TableWork work = TableWork::none;       ///< the most
  std::chrono::milliseconds estimate{0};  ///< for going through it, at preview_bytes_per_second
};

/// The speed assumed for the work: about what a slow disk writes, and a busy server reads.
inline constexpr std::int64_t preview_bytes_per_second = 10'000'000;

/// What one migration would do.
struct MigrationPreview {
  std::string name;
  std::string summary;               ///< one sentence
  std::string sql;                   ///< the script that makes the step
  std::vector<TouchedTable> tables;  ///< by name; without those that it, or one before it, makes
  std::string later_sql;             ///< what the service does afterwards, while it serves; empty: nothing
  std::vector<TouchedTable> later;   ///< the tables that this touches
  std::vector<std::string> losses;   ///< what a rollback would delete with its data: `devices`, `users.locale`
  bool is_understood = true;         ///< false: it has a statement whose effect is not known
};

/// What the migrations would do one after another. Pure.
[[nodiscard]] std::vector<MigrationPreview> preview(std::span<const Migration> migrations, SchemaFacts facts,
                                                    Dialect dialect);

}  // namespace gatehouse::database::schema
