#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/schema/reshapable_table.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// What a table is now, on PostgreSQL.
struct TableState {
  Layout layout = {};
  std::int64_t partitions = 0;  ///< 0: it is one table
  std::int64_t rows = 0;        ///< estimated; 0 if nobody has counted yet
  bool has_copy = false;        ///< a copy has been begun
  Layout copy_layout = {};      ///< the layout that the copy is to have
  bool is_followed = false;     ///< the copy gets every change
};

/// Reads it from the database; a table that does not exist has no partitions. Throws what SchemaDatabase throws.
[[nodiscard]] Task<TableState> read_table_state(SchemaDatabase& database, ReshapableTable table);

/// What would be lost, or stay behind with the old table, if the table got this layout: each thing in a few words for
/// an operator. Throws what SchemaDatabase throws.
[[nodiscard]] Task<std::vector<std::string>> list_obstacles(SchemaDatabase& database, ReshapableTable table,
                                                            Layout layout);

/// How far a copy is.
struct CopyProgress {
  std::int64_t copied = 0;  ///< by this batch
  bool is_done = false;     ///< what was there when changes began to be followed has been copied
};

/// A range of ids, compared between both tables in one snapshot.
struct CopyComparison {
  std::int64_t rows = 0;             ///< of the table
  bool is_equal = false;             ///< counts and checksums
  std::optional<std::int64_t> last;  ///< the last id of the range; nothing: it was the last range
};

/// Copies a table, such as sessions into sessions_next, while following every change of the table.
///
/// A batch locks its rows of sessions FOR SHARE. So a change to one of them comes either before the batch, which then
/// copies the changed row, or after it, and then the trigger finds the row in the copy. Hence in every snapshot both
/// tables have the same rows as far as the copy has come.
///
/// It waits for a lock no longer than `batch_lock_patience_ms`, which is less than PostgreSQL waits before it looks for
/// deadlocks: if a batch and a service's transaction wait for each other, the batch gives way. That is
/// Unavailable{overload}; the caller tries again.
class TableCopy {
 public:
  static constexpr std::int64_t batch_max = 1'000;
  static constexpr std::int64_t compared_max = 20'000;
  static constexpr std::int64_t batch_lock_patience_ms = 200;
  static constexpr std::int64_t before_all = std::numeric_limits<std::int64_t>::min();

  /// Adds one batch to a transaction; its result says how far the copy is then.
  [[nodiscard]] static ResultOf<CopyProgress> add_batch(Changes& changes, const ReshapableTable& table);

  /// Compares the rows after that id. Throws what Database throws.
  [[nodiscard]] static Task<CopyComparison> compare(Database& database, ReshapableTable table, std::int64_t after);
};

}  // namespace gatehouse::database::schema
