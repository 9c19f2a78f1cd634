#include "database/schema/background_indexes.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "database/schema/migration_plan.hpp"
#include "database/schema/sql_words.hpp"

namespace gatehouse::database::schema {
namespace {

// An index that is not valid was begun and not finished.
constexpr Statement finished_indexes{
    "schema_indexes_made",
    "SELECT CAST(relname AS text) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
    "WHERE pg_table_is_visible(indrelid) AND indisvalid"};
constexpr Statement makers_of_index{
    "schema_indexes_under_way",
    "SELECT 1 FROM pg_stat_progress_create_index JOIN pg_class ON pg_class.oid = index_relid "
    "WHERE datname = current_database() AND relname = $1 AND pg_table_is_visible(relid)"};

BackgroundIndex read_index(std::string_view statement, std::string_view migration) {
  const auto statements = split_script(statement);
  WordCursor words{statements.front()};
  if (!words.skip("create index concurrently if not exists")) {
    throw std::invalid_argument{"migration " + std::string{migration} +
                                ": its indexes are made by CREATE INDEX CONCURRENTLY IF NOT EXISTS"};
  }
  return {.name = words.take_name(), .statement = std::string{statement}};
}

void add_indexes_of(const Migration& migration, std::vector<BackgroundIndex>& indexes) {
  std::string_view rest = migration.indexes;
  while (!split_script(rest).empty()) {
    const auto end = std::min(rest.find(';'), rest.size() - 1);
    indexes.push_back(read_index(rest.substr(0, end + 1), migration.name));
    rest.remove_prefix(end + 1);
  }
}

}  // namespace

std::vector<BackgroundIndex> plan_background_indexes(std::span<const EmbeddedFile> files, Dialect dialect) {
  std::vector<BackgroundIndex> indexes;
  for (const Migration& migration : plan_migrations(files, dialect)) add_indexes_of(migration, indexes);
  return indexes;
}

std::string script_at_once(std::string_view indexes) {
  constexpr std::string_view beside = "CONCURRENTLY ";
  std::string script{indexes};
  for (auto at = script.find(beside); at != std::string::npos; at = script.find(beside, at)) {
    script.erase(at, beside.size());
  }
  return script;
}

Task<std::vector<BackgroundIndex>> find_missing(Database& database, std::vector<BackgroundIndex> planned) {
  Parameters none;
  const Rows rows = co_await database.query(finished_indexes, std::move(none));
  std::set<std::string, std::less<>> there;
  for (std::size_t i = 0; i < rows.size(); ++i) there.emplace(rows[i].text(0));
  std::erase_if(planned, [&there](const BackgroundIndex& index) { return there.contains(index.name); });
  co_return planned;
}

Task<bool> make_index(SchemaDatabase& database, BackgroundIndex index) {
  Parameters parameters{index.name};
  const Rows makers = co_await database.query(makers_of_index, std::move(parameters));
  if (!makers.empty()) co_return false;
  std::string drop = "DROP INDEX CONCURRENTLY IF EXISTS " + index.name;
  co_await database.run_alone(std::move(drop));
  co_await database.run_alone(std::move(index.statement));
  co_return true;
}

}  // namespace gatehouse::database::schema
