#include "database/schema/migration_preview.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace gatehouse::database::schema {
namespace {

constexpr Statement postgres_tables{
    "plan_postgres_tables",
    "SELECT CAST(relname AS text), CASE WHEN reltuples < 0 THEN NULL ELSE CAST(reltuples AS bigint) END, "
    "pg_total_relation_size(oid) FROM pg_class WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid) "
    "AND relnamespace <> CAST('pg_catalog' AS regnamespace)"};
constexpr Statement postgres_indexes{
    "plan_postgres_indexes",
    "SELECT CAST(one.relname AS text), CAST(owner.relname AS text) FROM pg_index "
    "JOIN pg_class AS one ON one.oid = indexrelid JOIN pg_class AS owner ON owner.oid = indrelid "
    "WHERE pg_table_is_visible(indrelid) AND owner.relnamespace <> CAST('pg_catalog' AS regnamespace)"};
// The pages of a table and of its indexes; the cells of its leaf pages are its rows. Not a Statement, because the time
// that it takes grows with the file.
constexpr std::string_view sqlite_tables =
    "SELECT tbl_name, sum(CASE WHEN pages.name = tbl_name AND pagetype = 'leaf' THEN ncell ELSE 0 END), sum(pgsize) "
    "FROM sqlite_master JOIN dbstat AS pages ON pages.name = sqlite_master.name GROUP BY tbl_name";

Task<Rows> read_tables(SchemaDatabase& database) {
  if (database.dialect() == Dialect::sqlite) {
    std::string sql{sqlite_tables};
    co_return co_await database.run_check(std::move(sql));
  }
  Parameters none;
  co_return co_await database.query(postgres_tables, std::move(none));
}

/// The first sentence of the comment at the head of the script, or the name in words.
std::string summary_of(const Migration& migration) {
  std::string comment = leading_comment(migration.up);
  const auto end = comment.find(". ");
  if (end != std::string::npos) comment.resize(end + 1);
  if (!comment.empty()) return comment;
  constexpr std::size_t number_length = 13;  // of `20261123_002_`
  std::string name{migration.name.substr(std::min(number_length, migration.name.size()))};
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::chrono::milliseconds estimate_of(const TableSize& size, TableWork work) {
  if (work == TableWork::none) return std::chrono::milliseconds{0};
  return std::chrono::milliseconds{size.bytes / (preview_bytes_per_second / 1000)};
}

/// What a rollback deletes. A column that the step itself computes from others is no loss, because it can be computed
/// again; nor is one whose name another column gets, because it was copied. Of a table that is created anew, the rows
/// are lost.
std::vector<std::string> losses_of(const Migration& migration, const std::set<std::string>& computed, Dialect dialect) {
  std::vector<std::string> losses;
  for (const StatementWords& statement : split_script(migration.down)) {
    StatementEffect effect = effect_of(statement, dialect, {});
    for (std::string& lost : effect.losses) {
      if (!computed.contains(lost)) losses.push_back(std::move(lost));
    }
    for (const std::string& made : effect.renamed) std::erase(losses, made);
    for (const std::string& made : effect.created_tables) std::ranges::replace(losses, made, "rows of " + made);
  }
  return losses;
}

/// Previews the steps in order, because one may touch an index that an earlier one makes.
class Preview {
 public:
  Preview(SchemaFacts facts, Dialect dialect) : facts_(std::move(facts)), dialect_(dialect) {}

  MigrationPreview tell(const Migration& migration) {
    MigrationPreview told{.name = std::string{migration.name},
                          .summary = summary_of(migration),
                          .sql = std::string{migration.up},
                          .tables = {},
                          .later_sql = std::string{migration.indexes},
                          .later = {},
                          .losses = {}};
    std::set<std::string> computed;
    told.tables = touched_by(migration.up, told, computed);
    told.later = touched_by(migration.indexes, told, computed);
    told.losses = losses_of(migration, computed, dialect_);
    return told;
  }

 private:
  std::vector<TouchedTable> touched_by(std::string_view script, MigrationPreview& told,
                                       std::set<std::string>& computed) {
    std::map<std::string, TouchedTable, std::less<>> touched;
    for (const StatementWords& statement : split_script(script)) {
      const StatementEffect effect = effect_of(statement, dialect_, facts_.indexes);
      told.is_understood = told.is_understood && effect.is_known;
      computed.insert(effect.computed.begin(), effect.computed.end());
      facts_.indexes.insert(effect.created_indexes.begin(), effect.created_indexes.end());
      for (const TableEffect& one : effect.tables) note(touched, one);
    }
    std::vector<TouchedTable> tables;
    for (auto& [name, table] : touched) tables.push_back(std::move(table));
    return tables;
  }

  void note(std::map<std::string, TouchedTable, std::less<>>& touched, const TableEffect& effect) const {
    const auto there = facts_.tables.find(effect.table);
    if (there == facts_.tables.end()) return;
    TouchedTable& table = touched[effect.table];
    table.name = effect.table;
    table.size = there->second;
    table.lock = std::max(table.lock, effect.lock);
    table.work = std::max(table.work, effect.work);
    table.estimate += estimate_of(table.size, effect.work);
  }

  SchemaFacts facts_;
  const Dialect dialect_;
};

}  // namespace

Task<SchemaFacts> read_schema_facts(SchemaDatabase& database) {
  SchemaFacts facts;
  const Rows tables = co_await read_tables(database);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    TableSize size{.rows = {}, .bytes = tables[i].integer(2)};
    if (!tables[i].is_null(1)) size.rows = tables[i].integer(1);
    facts.tables.emplace(tables[i].text(0), size);
  }
  if (database.dialect() == Dialect::sqlite) co_return facts;
  Parameters none;
  const Rows indexes = co_await database.query(postgres_indexes, std::move(none));
  for (std::size_t i = 0; i < indexes.size(); ++i) facts.indexes.emplace(indexes[i].text(0), indexes[i].text(1));
  co_return facts;
}

std::vector<MigrationPreview> preview(std::span<const Migration> migrations, SchemaFacts facts, Dialect dialect) {
  Preview preview{std::move(facts), dialect};
  std::vector<MigrationPreview> told;
  told.reserve(migrations.size());
  for (const Migration& migration : migrations) told.push_back(preview.tell(migration));
  return told;
}

}  // namespace gatehouse::database::schema
