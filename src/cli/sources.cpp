#include "cli/sources.hpp"

#include <filesystem>

#include "config/dotenv.hpp"

namespace gatehouse::cli {
namespace {

/// False only if the file certainly does not exist, so that a file nobody may read does not count as missing.
bool may_exist(const std::string& path) {
  std::error_code failure;
  return std::filesystem::symlink_status(path, failure).type() != std::filesystem::file_type::not_found;
}

}  // namespace

std::optional<config::Sources> read_sources(const Program& program, const std::string& path, bool must_exist) {
  const std::string made_secrets{config::development_secrets_path};
  config::Sources sources{.environment = program.environment,
                          .dotenv = config::read_text_file(path, config::dotenv_bytes_max),
                          .dotenv_name = path,
                          .is_dotenv_public = config::is_public_file(path),
                          .development_secrets = config::read_text_file(made_secrets, config::dotenv_bytes_max)};
  if (sources.dotenv || (!must_exist && !may_exist(path))) return sources;
  return std::nullopt;
}

}  // namespace gatehouse::cli
