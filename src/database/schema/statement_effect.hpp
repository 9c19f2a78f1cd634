#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "database/schema/sql_words.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::schema {

/// PostgreSQL's locks on tables, from the weakest to the strongest: what others cannot do with a table as long as a
/// statement's transaction lasts. On SQLite there are none, because a transaction that writes locks the whole file.
enum class TableLock { none, row_exclusive, share_update_exclusive, share, share_row_exclusive, access_exclusive };

/// How much of a table a statement goes through.
enum class TableWork {
  none,     ///< takes as long for a large table as for a small one
  scan,     ///< reads all of it
  rewrite,  ///< writes all of it anew
};

/// What a statement does to one table that exists before it.
struct TableEffect {
  std::string table;
  TableLock lock = TableLock::none;
  TableWork work = TableWork::none;
};

/// The table of each index, by the index's name.
using IndexTables = std::map<std::string, std::string, std::less<>>;

/// What a statement does to the tables of a schema.
struct StatementEffect {
  std::vector<TableEffect> tables = {};    ///< a table may appear twice
  std::vector<std::string> losses = {};    ///< what is gone with its data: `devices`, `users.locale`
  std::vector<std::string> computed = {};  ///< columns added that are computed from others: `users.email_key`
  std::vector<std::string> renamed = {};   ///< columns, by their new names: `users.email`
  std::vector<std::string> created_tables = {};
  IndexTables created_indexes = {};
  bool is_known = true;  ///< false: the effect of such statements is not known
};

/// What the statement does, according to the documentation of the two databases. Nothing is said of an index that is
/// not in `indexes`. Tests with every migration check that PostgreSQL takes the locks said here.
[[nodiscard]] StatementEffect effect_of(const StatementWords& statement, Dialect dialect, const IndexTables& indexes);

}  // namespace gatehouse::database::schema
