#include "cli/commands/migration_plan_text.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "json/writer.hpp"

namespace gatehouse::cli {
namespace {

using database::Dialect;
using database::schema::MigrationPreview;
using database::schema::TableLock;
using database::schema::TableWork;
using database::schema::TouchedTable;

using Previews = std::span<const MigrationPreview>;

/// The name in PostgreSQL's documentation.
std::string_view name_of(TableLock lock) {
  switch (lock) {
    case TableLock::none:
      return "";
    case TableLock::row_exclusive:
      return "ROW EXCLUSIVE";
    case TableLock::share_update_exclusive:
      return "SHARE UPDATE EXCLUSIVE";
    case TableLock::share:
      return "SHARE";
    case TableLock::share_row_exclusive:
      return "SHARE ROW EXCLUSIVE";
    case TableLock::access_exclusive:
      return "ACCESS EXCLUSIVE";
  }
  return "";
}

/// Which of the service's own statements wait. On SQLite, a transaction that writes keeps all others from writing.
std::string_view blocked_by(TableLock lock, Dialect dialect) {
  if (dialect == Dialect::sqlite) return "writes";
  if (lock == TableLock::access_exclusive) return "everything";
  return lock >= TableLock::share ? "writes" : "nothing";
}

std::string_view name_of(TableWork work) {
  switch (work) {
    case TableWork::none:
      return "none";
    case TableWork::scan:
      return "scan";
    case TableWork::rewrite:
      return "rewrite";
  }
  return "";
}

std::string duration_text(std::chrono::milliseconds time) {
  const auto seconds = std::chrono::round<std::chrono::seconds>(time).count();
  return seconds == 0 ? "less than a second" : "about " + std::to_string(seconds) + " s";
}

std::string size_text(const database::schema::TableSize& size) {
  constexpr std::int64_t megabyte = 1'000'000;
  const std::string bytes = size.bytes < megabyte ? "less than 1 MB" : std::to_string(size.bytes / megabyte) + " MB";
  return size.rows ? "about " + std::to_string(*size.rows) + " rows, " + bytes : bytes;
}

std::string table_text(const TouchedTable& table) {
  std::string text = "  " + table.name + ": ";
  text += name_of(table.lock);
  if (table.work == TableWork::none) return text;
  if (table.lock != TableLock::none) text += ", ";
  text += table.work == TableWork::rewrite ? "rewritten" : "read in full";
  return text + ", " + duration_text(table.estimate) + " (" + size_text(table.size) + ')';
}

std::string join_names(std::span<const std::string> names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

std::string migration_text(const MigrationPreview& migration) {
  std::string text = migration.name + ": " + migration.summary + '\n';
  for (const TouchedTable& table : migration.tables) {
    const bool is_felt = table.lock != TableLock::none || table.work != TableWork::none;
    if (is_felt) text += table_text(table) + '\n';
  }
  for (const TouchedTable& table : migration.later) {
    text += "  later, while the service runs:" + table_text(table) + '\n';
  }
  if (!migration.is_understood) text += "  has a statement whose locks are not known; --json shows the SQL\n";
  return text + "  a rollback loses " + (migration.losses.empty() ? "nothing" : join_names(migration.losses)) + '\n';
}

std::chrono::milliseconds estimate_of(const MigrationPreview& migration) {
  std::chrono::milliseconds sum{0};
  for (const TouchedTable& table : migration.tables) sum += table.estimate;
  return sum;
}

std::chrono::milliseconds estimate_of(Previews migrations) {
  std::chrono::milliseconds sum{0};
  for (const MigrationPreview& migration : migrations) sum += estimate_of(migration);
  return sum;
}

/// The tables that somebody waits for, each with what waits.
std::string waits_text(Previews migrations, Dialect dialect) {
  std::map<std::string_view, TableLock> strongest;
  for (const MigrationPreview& migration : migrations) {
    for (const TouchedTable& table : migration.tables) {
      TableLock& lock = strongest[table.name];
      lock = std::max(lock, table.lock);
    }
  }
  if (strongest.empty()) return "Nothing waits for it: it touches no existing table.";
  if (dialect == Dialect::sqlite) return "Meanwhile reads go on, and writes wait.";
  std::string text;
  for (const auto& [table, lock] : strongest) {
    const std::string_view blocked = blocked_by(lock, dialect);
    if (blocked == "nothing") continue;
    text +=
        (text.empty() ? "" : ", ") + std::string{table} + (blocked == "writes" ? " (writes)" : " (reads and writes)");
  }
  return text.empty() ? "Nothing waits for it." : "Meanwhile these wait: " + text + '.';
}

void write_table(json::Writer& writer, const TouchedTable& table, Dialect dialect) {
  writer.begin_object().member("table", table.name).member("rows", table.size.rows).member("bytes", table.size.bytes);
  writer.key("lock");
  if (table.lock == TableLock::none) {
    writer.value(nullptr);
  } else {
    writer.value(name_of(table.lock));
  }
  writer.member("blocks", blocked_by(table.lock, dialect)).member("work", name_of(table.work));
  writer.member("estimateMs", table.estimate.count()).end_object();
}

void write_migration(json::Writer& writer, const MigrationPreview& migration, Dialect dialect) {
  writer.begin_object().member("name", migration.name).member("summary", migration.summary);
  writer.member("sql", migration.sql).key("tables").begin_array();
  for (const TouchedTable& table : migration.tables) write_table(writer, table, dialect);
  writer.end_array().member("laterSql", migration.later_sql).key("later").begin_array();
  for (const TouchedTable& table : migration.later) write_table(writer, table, dialect);
  writer.end_array().key("rollbackLoses").begin_array();
  for (const std::string& lost : migration.losses) writer.value(lost);
  writer.end_array().member("understood", migration.is_understood).end_object();
}

std::string plan_document(std::optional<std::string_view> refused, Previews migrations, Dialect dialect) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("refused", refused).member("estimateMs", estimate_of(migrations).count());
  writer.key("migrations").begin_array();
  for (const MigrationPreview& migration : migrations) write_migration(writer, migration, dialect);
  writer.end_array().end_object();
  return json + '\n';
}

}  // namespace

std::string describe_plan(Previews migrations, Dialect dialect) {
  std::string text = std::to_string(migrations.size());
  text += migrations.size() == 1 ? " migration would be applied:\n\n"
                                 : " migrations would be applied, as one transaction:\n\n";
  for (const MigrationPreview& migration : migrations) text += migration_text(migration);
  text += "\nIn all " + duration_text(estimate_of(migrations)) + ", at 10 MB a second; locks last until the end. ";
  return text + waits_text(migrations, dialect);
}

std::string plan_json(Previews migrations, Dialect dialect) { return plan_document(std::nullopt, migrations, dialect); }

std::string refused_plan_json(std::string_view reason) { return plan_document(reason, {}, Dialect::postgres); }

}  // namespace gatehouse::cli
