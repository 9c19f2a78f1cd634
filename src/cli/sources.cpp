#include "cli/sources.hpp"

#include <filesystem>

#include "config/dotenv.hpp"

namespace gatehouse::cli {
namespace {

/// False only where there certainly is none, so that one nobody may read is not taken for none.
bool may_exist(const std::string& path) {
  std::error_code failure;
  return std::filesystem::symlink_status(path, failure).type() != std::filesystem::file_type::not_found;
}

}  // namespace

std::optional<config::Sources> read_sources(const Program& program, const std::string& path, bool must_exist) {
  config::Sources sources{program.environment, config::read_text_file(path, config::dotenv_bytes_max), path};
  if (sources.dotenv || (!must_exist && !may_exist(path))) return sources;
  return std::nullopt;
}

}  // namespace gatehouse::cli
