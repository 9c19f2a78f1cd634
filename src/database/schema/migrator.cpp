#include "database/schema/migrator.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "database/schema/background_indexes.hpp"
#include "database/schema/table_scripts.hpp"

namespace gatehouse::database::schema {
namespace {

// The name of the step that makes the record itself.
constexpr std::string_view record_table = "gatehouse_migrations";

// A check's text without its semicolon, for use in parentheses. Its leading comment may stay.
std::string_view as_subquery(std::string_view check) {
  const auto last = check.find_last_not_of("; \t\r\n");
  return check.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// The rows that prevent the migration, each with the number of all such rows, in one statement.
std::string check_statement(std::string_view check) {
  return "SELECT problems.*, count(*) OVER () FROM (" + std::string{as_subquery(check)} + "\n) AS problems LIMIT " +
         std::to_string(Migrator::check_rows_max);
}

bool contains(const std::vector<AppliedMigration>& applied, std::string_view name) {
  return std::ranges::find(applied, name, &AppliedMigration::name) != applied.end();
}

std::int64_t last_batch(const std::vector<AppliedMigration>& applied) {
  std::int64_t last = 0;
  for (const AppliedMigration& migration : applied) last = std::max(last, migration.batch);
  return last;
}

// The applied migration that `to` names, in full or by its beginning.
std::expected<std::string, MigrationError> find_target(const std::vector<AppliedMigration>& applied,
                                                       const std::string& to) {
  if (to == Migrator::express_target) {
    return find_target(applied, std::string{*std::ranges::rbegin(express_migrations)});
  }
  if (contains(applied, to)) return to;
  MigrationNames candidates;
  for (const AppliedMigration& migration : applied) {
    if (migration.name.starts_with(to)) candidates.push_back(migration.name);
  }
  if (candidates.empty()) return std::unexpected(UnknownTarget{to});
  if (candidates.size() > 1) return std::unexpected(AmbiguousTarget{to, std::move(candidates)});
  return std::move(candidates.front());
}

// The migrations that rollback() reverts, newest first.
MigrationNames select_for_rollback(const std::vector<AppliedMigration>& applied, const std::optional<std::string>& to) {
  MigrationNames names;
  const auto batch = last_batch(applied);
  for (const AppliedMigration& migration : applied) {
    if (to ? migration.name > *to : migration.batch == batch) names.push_back(migration.name);
  }
  std::ranges::sort(names, std::ranges::greater{});
  return names;
}

}  // namespace

Migrator::Migrator(SchemaDatabase& database, std::span<const EmbeddedFile> files, const Clock& clock)
    : database_(database), clock_(clock), plan_(plan_migrations(files, database.dialect())) {}

const Migration* Migrator::find(std::string_view name) const {
  const auto found = std::ranges::find(plan_, name, &Migration::name);
  return found == plan_.end() ? nullptr : &*found;
}

std::optional<MigrationError> Migrator::refuse_unknown(const MigrationRecord& record) const {
  UnknownApplied unknown;
  for (const AppliedMigration& migration : record.applied) {
    if (find(migration.name) == nullptr) unknown.names.push_back(migration.name);
  }
  if (unknown.names.empty()) return std::nullopt;
  return unknown;
}

Task<std::vector<MigrationStatus>> Migrator::status() {
  const auto record = co_await read_migration_record(database_);
  std::map<std::string, MigrationStatus, std::less<>> lines;
  for (const Migration& migration : plan_) {
    const std::string name{migration.name};
    lines[name] = {.name = name, .known = true, .applied = false, .batch = 0, .applied_at = {}};
  }
  for (const std::string& name : record.express) {
    lines[name] = {.name = name, .known = find(name) != nullptr, .applied = true, .batch = 1, .applied_at = {}};
  }
  for (const AppliedMigration& done : record.applied) {
    lines[done.name] = {.name = done.name,
                        .known = find(done.name) != nullptr,
                        .applied = true,
                        .batch = done.batch,
                        .applied_at = done.applied_at};
  }
  std::vector<MigrationStatus> sorted;
  sorted.reserve(lines.size());
  for (auto& [name, line] : lines) sorted.push_back(std::move(line));
  co_return sorted;
}

Task<MigrationRecord> Migrator::adopt() {
  auto record = co_await read_migration_record(database_);
  if (!record.exists || !record.express.empty()) {
    auto script = adoption_script(record.express, clock_.now(), database_.dialect());
    const auto adopted = co_await database_.run_script(std::move(script));
    if (!adopted) throw StatementFailed{"the table gatehouse_migrations refused its first rows"};
    record = co_await read_migration_record(database_);
  }
  co_return record;
}

CheckFailed Migrator::check_failed(std::string_view name, const Rows& problems) const {
  CheckFailed failed{std::string{name}, leading_comment(find(name)->check), {}, problems[0].integer(1)};
  for (std::size_t i = 0; i < problems.size(); ++i) failed.rows.emplace_back(problems[i].text(0));
  return failed;
}

Task<std::optional<MigrationError>> Migrator::check(const Migration& migration) {
  if (migration.check.empty()) co_return std::nullopt;
  std::string sql = check_statement(migration.check);
  const auto problems = co_await database_.run_check(std::move(sql));
  if (problems.empty()) co_return std::nullopt;
  co_return check_failed(migration.name, problems);
}

/// Runs before anything is touched, because a migration may take long and the check of a later one is quick. Each check
/// is made again when its turn comes.
Task<std::optional<MigrationError>> Migrator::check_all(MigrationNames names) {
  for (const std::string& name : names) {
    const Migration* const migration = find(name);
    if (migration == nullptr) continue;
    try {
      if (auto failed = co_await check(*migration)) co_return failed;
    } catch (const StatementFailed&) {
      continue;  // what it looks at does not exist yet
    }
  }
  co_return std::nullopt;
}

void Migrator::Batch::add(std::string_view name, std::string sql, std::string check) {
  if (steps.empty()) sql.insert(0, before);
  names.emplace_back(name);
  steps.push_back({.sql = std::move(sql), .check = std::move(check)});
}

/// An unfinished copy of a table has the old columns, so a migration throws it away.
Migrator::Batch Migrator::begin_batch() const {
  const bool may_have_copy = database_.dialect() == Dialect::postgres;
  return {.before = may_have_copy ? drop_copies_script() : std::string{}, .names = {}, .steps = {}};
}

/// What latest() has to do, beginning with the record itself if it does not exist yet or lacks what Knex made.
Migrator::Batch Migrator::missing(const MigrationRecord& record) const {
  Batch batch = begin_batch();
  if (!record.exists || !record.express.empty()) {
    batch.add(record_table, adoption_script(record.express, clock_.now(), database_.dialect()));
  }
  const bool is_new = record.applied.empty() && record.express.empty();
  const std::int64_t adopted = record.express.empty() ? 0 : 1;
  const std::int64_t number = std::max(last_batch(record.applied), adopted) + 1;
  for (const Migration& migration : plan_) {
    const bool by_express = std::ranges::find(record.express, migration.name) != record.express.end();
    if (by_express || contains(record.applied, migration.name)) continue;
    std::string check = migration.check.empty() ? std::string{} : check_statement(migration.check);
    std::string script = up_script(migration, number, clock_.now(), database_.dialect(), record.knex);
    if (is_new) script += script_at_once(migration.indexes);
    batch.add(migration.name, std::move(script), std::move(check));
  }
  return batch;
}

/// Reverts those of the migrations that are applied.
Migrator::Batch Migrator::undoing(const MigrationRecord& record, const MigrationNames& names) const {
  Batch batch = begin_batch();
  for (const std::string& name : names) {
    if (!contains(record.applied, name)) continue;
    batch.add(name, down_script(*find(name), clock_.now(), database_.dialect(), record.knex));
  }
  return batch;
}

MigrationError Migrator::error_of(const Batch& batch, const ScriptRefusal& refusal) const {
  const std::string& name = batch.names[refusal.step];
  if (!refusal.problems.empty()) return check_failed(name, refusal.problems);
  if (refusal.violation) return ConstraintViolated{name, *refusal.violation, refusal.reason};
  return StatementRefused{name, refusal.reason, refusal.remedy};
}

/// Whether another process has worked on the database since the record was read, which had `applied` migrations.
Task<bool> Migrator::has_changed(std::size_t applied) {
  const auto record = co_await read_migration_record(database_);
  co_return record.applied.size() != applied;
}

Task<std::expected<std::vector<Migration>, MigrationError>> Migrator::pending() {
  const auto record = co_await read_migration_record(database_);
  if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
  const Batch batch = missing(record);
  if (auto failed = co_await check_all(batch.names)) co_return std::unexpected(std::move(*failed));
  std::vector<Migration> migrations;
  for (const std::string& name : batch.names) {
    if (const Migration* const migration = find(name)) migrations.push_back(*migration);
  }
  co_return migrations;
}

Task<std::expected<MigrationNames, MigrationError>> Migrator::latest() {
  while (true) {
    const auto record = co_await read_migration_record(database_);
    if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
    Batch batch = missing(record);
    if (batch.steps.empty()) co_return MigrationNames{};
    if (auto failed = co_await check_all(batch.names)) co_return std::unexpected(std::move(*failed));
    const auto made = co_await database_.run_scripts(batch.steps);
    if (made) {
      std::erase(batch.names, record_table);
      co_return std::move(batch.names);
    }
    // If another process made a step in the meantime, there is less to do; otherwise this is a failure.
    if (!co_await has_changed(record.applied.size())) co_return std::unexpected(error_of(batch, made.error()));
  }
}

Task<std::expected<MigrationNames, MigrationError>> Migrator::rollback(std::optional<std::string> to) {
  auto record = co_await adopt();
  if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
  if (to) {
    auto target = find_target(record.applied, *to);
    if (!target) co_return std::unexpected(std::move(target.error()));
    to = *std::move(target);
  }
  const auto names = select_for_rollback(record.applied, to);
  while (true) {
    Batch batch = undoing(record, names);
    if (batch.steps.empty()) co_return MigrationNames{};
    const auto undone = co_await database_.run_scripts(batch.steps);
    if (undone) co_return std::move(batch.names);
    const std::size_t applied = record.applied.size();
    record = co_await read_migration_record(database_);
    if (record.applied.size() == applied) co_return std::unexpected(error_of(batch, undone.error()));
  }
}

Task<std::expected<std::string, MigrationError>> Migrator::undo_script(MigrationNames kept) {
  const auto record = co_await read_migration_record(database_);
  if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
  MigrationNames names;
  for (const AppliedMigration& migration : record.applied) {
    if (std::ranges::find(kept, migration.name) == kept.end()) names.push_back(migration.name);
  }
  std::ranges::sort(names, std::ranges::greater{});
  std::string script;
  const Batch batch = undoing(record, names);
  for (const ScriptStep& step : batch.steps) script += step.sql + "\n;\n";
  co_return script;
}

}  // namespace gatehouse::database::schema
