#include "database/schema/migration_plan.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>

namespace gatehouse::database::schema {
namespace {

std::string_view folder_of(Dialect dialect) {
  return dialect == Dialect::postgres ? "migrations/postgres/" : "migrations/sqlite/";
}

std::string_view* script_of(Migration& migration, std::string_view kind) {
  if (kind == "up.sql") return &migration.up;
  if (kind == "down.sql") return &migration.down;
  if (kind == "check.sql") return &migration.check;
  if (kind == "indexes.sql") return &migration.indexes;
  return nullptr;
}

// Names go into scripts as they are, so nothing is allowed in them that would have to be escaped.
bool is_migration_name(std::string_view name) {
  return !name.empty() && name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

}  // namespace

std::vector<Migration> plan_migrations(std::span<const EmbeddedFile> files, Dialect dialect) {
  const auto folder = folder_of(dialect);
  std::map<std::string_view, Migration> steps;
  for (const EmbeddedFile& file : files) {
    if (!file.path.starts_with(folder)) continue;
    const auto base = file.path.substr(folder.size());
    const auto name = base.substr(0, base.find('.'));
    Migration& step = steps[name];
    step.name = name;
    std::string_view* script = script_of(step, base.substr(std::min(name.size() + 1, base.size())));
    if (script == nullptr || !is_migration_name(name)) {
      throw std::invalid_argument{std::string{file.path} + " is not a migration's name"};
    }
    *script = file.text;
  }
  std::vector<Migration> plan;
  plan.reserve(steps.size());
  for (const auto& [name, step] : steps) {
    if (step.up.empty() || step.down.empty()) {
      throw std::invalid_argument{"migration " + std::string{name} + " lacks its up or its down script"};
    }
    plan.push_back(step);
  }
  return plan;
}

std::string newest_migration(std::span<const EmbeddedFile> files, Dialect dialect) {
  const auto plan = plan_migrations(files, dialect);
  return plan.empty() ? std::string{} : std::string{plan.back().name};
}

std::string leading_comment(std::string_view sql) {
  std::string message;
  while (sql.starts_with("--")) {
    const auto end = sql.find('\n');
    std::string_view line = sql.substr(2, end == std::string_view::npos ? end : end - 2);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (!message.empty()) message.push_back(' ');
    message.append(line);
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
  }
  return message;
}

}  // namespace gatehouse::database::schema
