#pragma once

#include <expected>
#include <string_view>
#include <vector>

#include "database/changes.hpp"
#include "database/constraint.hpp"
#include "database/errors.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

/// A temporary table that many rows are put into, so that a few statements can make something of all of them. Static.
/// Its columns are of types that both databases have: bigint, text, timestamptz, bytea.
struct StagingTable {
  std::string_view name;
  std::string_view columns;  ///< that are filled, in their order: `line, email`
  const Statement& create;   ///< `CREATE TEMPORARY TABLE IF NOT EXISTS name (…)`, with all columns
  const Statement& clear;    ///< `DELETE FROM name`
  const Statement& insert;   ///< `INSERT INTO name (columns) VALUES ($1, …)`
};

/// Rows for a staging table, which outlives them: of each the values of its columns, and as many as it has columns.
struct StagedRows {
  const StagingTable& table;
  std::vector<Parameters> rows;
};

/// The port of those who write very many rows: thousands in one transaction, at a good part of the speed at which the
/// database loads rows at all. Not for the service's requests; commands use it.
///
/// Threads, failures and outcomes as Database's, except that a call may take minutes: each of its statements has a
/// deadline of its own, of one minute on PostgreSQL; on SQLite the whole has five. It never repeats anything.
///
/// Its changes announce nothing by themselves, since there may be thousands. On PostgreSQL the triggers of the schema
/// tell other processes what was changed, as they do for SQL of others; on SQLite these see that the file has changed.
class BulkDatabase {
 public:
  BulkDatabase() = default;
  virtual ~BulkDatabase() = default;
  BulkDatabase(const BulkDatabase&) = delete;
  BulkDatabase& operator=(const BulkDatabase&) = delete;

  /// Puts the rows into their table and makes the changes, which find them there, as one transaction: all or nothing.
  /// The table is empty before and afterwards. Violating one of `expected` is an outcome; others are thrown.
  [[nodiscard]] Task<std::expected<Committed, Violation>> load(StagedRows rows, Changes changes,
                                                               std::vector<const Constraint*> expected);

 protected:
  /// What a driver does: a result for each command, or the constraint that was violated.
  [[nodiscard]] virtual Task<std::expected<std::vector<Rows>, Violation>> write(StagedRows rows,
                                                                                std::vector<Command> commands) = 0;
};

}  // namespace gatehouse::database
