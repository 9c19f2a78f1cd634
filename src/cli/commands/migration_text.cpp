#include "cli/commands/migration_text.hpp"

#include <algorithm>

#include "base/time.hpp"

namespace gatehouse::cli {
namespace {

std::string state_of(const database::schema::MigrationStatus& migration) {
  if (!migration.known) return "applied by a newer program";
  if (!migration.applied) return "pending";
  std::string state = "applied, batch " + std::to_string(migration.batch);
  return migration.applied_at ? state + ", " + to_iso8601(*migration.applied_at) : state + ", by Express";
}

}  // namespace

std::string list_migrations(std::string_view what_was_done, std::span<const std::string> names) {
  std::string text{what_was_done};
  text += ' ' + std::to_string(names.size()) + (names.size() == 1 ? " migration:" : " migrations:");
  for (const std::string& name : names) text += "\n  " + name;
  return text;
}

std::string table_of(std::span<const database::schema::MigrationStatus> migrations) {
  std::size_t width = 0;
  for (const auto& migration : migrations) width = std::max(width, migration.name.size());
  std::string text;
  for (const auto& migration : migrations) {
    if (!text.empty()) text += '\n';
    text += migration.name + std::string(width - migration.name.size() + 2, ' ') + state_of(migration);
  }
  return text;
}

}  // namespace gatehouse::cli
