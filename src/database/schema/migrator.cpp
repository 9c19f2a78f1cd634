#include "database/schema/migrator.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace gatehouse::database::schema {
namespace {

// A check's text without its semicolon, to stand in parentheses. Its leading comment may stay.
std::string_view as_subquery(std::string_view check) {
  const auto last = check.find_last_not_of("; \t\r\n");
  return check.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

// The rows that stand in the way, each with the number of all, in one look at the tables.
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

// What rollback() takes back, newest first.
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

Task<std::optional<MigrationError>> Migrator::check(const Migration& migration) {
  if (migration.check.empty()) co_return std::nullopt;
  std::string sql = check_statement(migration.check);
  const auto rows = co_await database_.run_check(std::move(sql));
  if (rows.empty()) co_return std::nullopt;
  CheckFailed failed{std::string{migration.name}, check_message(migration.check), {}, rows[0].integer(1)};
  for (std::size_t i = 0; i < rows.size(); ++i) failed.rows.emplace_back(rows[i].text(0));
  co_return failed;
}

Task<bool> Migrator::is_applied(std::string_view name) {
  const auto record = co_await read_migration_record(database_);
  co_return contains(record.applied, name);
}

Task<std::expected<MigrationNames, MigrationError>> Migrator::latest() {
  const auto record = co_await adopt();
  if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
  const auto batch = last_batch(record.applied) + 1;
  MigrationNames done;
  for (const Migration& migration : plan_) {
    if (contains(record.applied, migration.name)) continue;
    if (auto failed = co_await check(migration)) co_return std::unexpected(std::move(*failed));
    auto script = up_script(migration, batch, clock_.now(), database_.dialect(), record.knex);
    const auto applied = co_await database_.run_script(std::move(script));
    if (applied) {
      done.emplace_back(migration.name);
    } else if (!co_await is_applied(migration.name)) {
      co_return std::unexpected(ConstraintViolated{std::string{migration.name}, applied.error()});
    }
    // Otherwise another process made this step in the meantime.
  }
  co_return done;
}

Task<std::expected<MigrationNames, MigrationError>> Migrator::rollback(std::optional<std::string> to) {
  const auto record = co_await adopt();
  if (auto unknown = refuse_unknown(record)) co_return std::unexpected(std::move(*unknown));
  if (to) {
    auto target = find_target(record.applied, *to);
    if (!target) co_return std::unexpected(std::move(target.error()));
    to = *std::move(target);
  }
  const auto names = select_for_rollback(record.applied, to);
  MigrationNames done;
  for (const std::string& name : names) {
    const Migration& migration = *find(name);
    auto script = down_script(migration, clock_.now(), database_.dialect(), record.knex);
    const auto undone = co_await database_.run_script(std::move(script));
    if (undone) {
      done.push_back(name);
    } else if (co_await is_applied(name)) {
      co_return std::unexpected(ConstraintViolated{name, undone.error()});
    }
  }
  co_return done;
}

}  // namespace gatehouse::database::schema
