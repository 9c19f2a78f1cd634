#include "database/schema/migration_error_text.hpp"

#include <variant>

namespace gatehouse::database::schema {
namespace {

std::string text_of(const CheckFailed& failed) {
  std::string text = failed.migration + ": nothing was changed. " + failed.message;
  for (const std::string& row : failed.rows) text += "\n  " + row;
  const auto shown = static_cast<std::int64_t>(failed.rows.size());
  if (failed.count > shown) text += "\n  and " + std::to_string(failed.count - shown) + " more";
  return text;
}

std::string text_of(const UnknownApplied& unknown) {
  std::string text = "the database was migrated by a newer version of Gatehouse; run that version. Unknown here:";
  for (const std::string& name : unknown.names) text += "\n  " + name;
  return text;
}

std::string text_of(const UnknownTarget& unknown) {
  return unknown.name + " is not applied to the database; `gatehouse migrate status` lists what is";
}

std::string text_of(const AmbiguousTarget& ambiguous) {
  std::string list;
  for (const std::string& candidate : ambiguous.candidates) list += (list.empty() ? "" : ", ") + candidate;
  return ambiguous.name + " could be any of: " + list + "; write more of the name";
}

std::string text_of(const ConstraintViolated& violated) {
  return violated.migration + ": the data in the tables violates a constraint: " + violated.reason +
         ". Nothing was changed";
}

std::string text_of(const StatementRefused& refused) {
  std::string text = refused.migration + ": " + refused.reason + ". Nothing was changed";
  if (!refused.remedy.empty()) text += "; " + refused.remedy;
  return text;
}

}  // namespace

std::string describe(const MigrationError& error) {
  return std::visit([](const auto& cause) { return text_of(cause); }, error);
}

}  // namespace gatehouse::database::schema
