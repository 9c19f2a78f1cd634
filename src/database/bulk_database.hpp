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

/// A temporary table into which many rows are loaded, so that a few statements can process all of them. Static. Its
/// columns have types that both databases have: bigint, text, timestamptz, bytea.
struct StagingTable {
  std::string_view name;
  std::string_view columns;  ///< those that are filled, in their order: `line, email`
  const Statement& create;   ///< `CREATE TEMPORARY TABLE IF NOT EXISTS name (…)`, with all columns
  const Statement& clear;    ///< `DELETE FROM name`
  const Statement& insert;   ///< `INSERT INTO name (columns) VALUES ($1, …)`
};

/// Rows for a staging table, which outlives them. Each has one value for each of the table's `columns`.
struct StagedRows {
  const StagingTable& table;
  std::vector<Parameters> rows;
};

/// The port for callers that write very many rows: thousands in one transaction, at a good part of the speed at which
/// the database can load rows. Not for the service's requests; commands use it.
///
/// Threads, failures and outcomes are those of Database, except that a call may take minutes: on PostgreSQL, each of
/// its statements has its own deadline of one minute; on SQLite, the whole call has five. It never repeats anything.
///
/// Its changes announce nothing by themselves, since there may be thousands. On PostgreSQL, the schema's triggers tell
/// other processes what was changed, as they do for SQL that others run; on SQLite, other processes see that the file
/// has changed.
class BulkDatabase {
 public:
  BulkDatabase() = default;
  virtual ~BulkDatabase() = default;
  BulkDatabase(const BulkDatabase&) = delete;
  BulkDatabase& operator=(const BulkDatabase&) = delete;

  /// Puts the rows into their table and makes the changes, which find them there, as one transaction: all or nothing.
  /// The table is empty before and afterwards. A violation of one of `expected` is returned; any other is thrown.
  [[nodiscard]] Task<std::expected<Committed, Violation>> load(StagedRows rows, Changes changes,
                                                               std::vector<const Constraint*> expected);

 protected:
  /// What a driver does: returns a result for each command, or the constraint that was violated.
  [[nodiscard]] virtual Task<std::expected<std::vector<Rows>, Violation>> write(StagedRows rows,
                                                                                std::vector<Command> commands) = 0;
};

}  // namespace gatehouse::database
