#pragma once

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "database/schema_database.hpp"
#include "support/run_task.hpp"

namespace gatehouse::database {

/// A table of SQLite with its columns sorted: their order means nothing, because no statement relies on it.
inline std::string with_sorted_columns(std::string_view table) {
  const std::size_t open = table.find('(');
  const std::size_t close = table.rfind(')');
  std::vector<std::string> columns(1);
  int depth = 0;
  for (const char c : table.substr(open + 1, close - open - 1)) {
    depth += (c == '(' ? 1 : 0) - (c == ')' ? 1 : 0);
    if (c == ',' && depth == 0) {
      columns.emplace_back();
    } else {
      columns.back() += c;
    }
  }
  for (std::string& column : columns) column = trim(column, " \n");
  std::ranges::sort(columns);
  std::string text{table.substr(0, open)};
  for (const std::string& column : columns) text.append("\n  ").append(column);
  return text.append(table.substr(close));
}

/// A database's whole schema, except the migrations' own table, as text that is equal if two schemas are.
inline std::string schema_text(boost::asio::io_context& io, SchemaDatabase& database) {
  static constexpr Statement sqlite{
      "schema_text_sqlite",
      "SELECT type || ' ' || name || ': ' || sql FROM sqlite_master "
      "WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' AND name <> 'gatehouse_migrations' ORDER BY type, name"};
  static constexpr Statement postgres{
      "schema_text_postgres",
      "SELECT line FROM ("
      "SELECT concat_ws(' ', 'column', table_name, column_name, data_type, character_maximum_length, is_nullable, "
      "column_default, generation_expression) AS line FROM information_schema.columns WHERE table_schema = 'public' "
      "AND table_name <> 'gatehouse_migrations' "
      "UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'gatehouse_migrations' "
      "UNION ALL SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint "
      "WHERE connamespace = 'public'::regnamespace AND conrelid <> coalesce(to_regclass('gatehouse_migrations'), "
      "0::regclass) "
      "UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal "
      "UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
      "UNION ALL SELECT concat_ws(' ', 'sequence', sequencename, data_type, max_value) FROM pg_sequences "
      "WHERE schemaname = 'public') AS lines ORDER BY line"};
  const auto rows =
      testing::run_task(io, database.query(database.dialect() == Dialect::postgres ? postgres : sqlite, {}));
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string_view line = rows[i].text(0);
    text.append(line.starts_with("table ") ? with_sorted_columns(line) : std::string{line}).push_back('\n');
  }
  return text;
}

}  // namespace gatehouse::database
