#include "database/schema/restored_rows.hpp"

#include <algorithm>
#include <string_view>

namespace gatehouse::database::schema {
namespace {

constexpr std::string_view with_one_time_tokens = "20261127_006_create_one_time_tokens";

}  // namespace

std::string ending_script(std::span<const std::string> migrations) {
  std::string script = "DELETE FROM sessions; ";
  const bool has_tokens = std::ranges::find(migrations, with_one_time_tokens) != migrations.end();
  if (has_tokens) script += "DELETE FROM one_time_tokens; ";
  return script;
}

}  // namespace gatehouse::database::schema
