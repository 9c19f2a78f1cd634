#include "cli/commands/missing_file.hpp"

#include <filesystem>
#include <system_error>

namespace gatehouse::cli {

bool is_missing_file(const database::DatabaseSettings& database) {
  if (database.kind != database::DatabaseKind::sqlite) return false;
  std::error_code failure;
  return std::filesystem::status(database.sqlite.path, failure).type() == std::filesystem::file_type::not_found;
}

}  // namespace gatehouse::cli
