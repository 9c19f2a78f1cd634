#include "config/sources.hpp"

#include <filesystem>
#include <fstream>
#include <string_view>
#include <system_error>

namespace gatehouse::config {

std::map<std::string, std::string, std::less<>> read_environment(const char* const* variables) {
  std::map<std::string, std::string, std::less<>> environment;
  for (; *variables != nullptr; ++variables) {
    const std::string_view pair{*variables};
    const std::size_t equals = pair.find('=');
    if (equals != std::string_view::npos) environment.emplace(pair.substr(0, equals), pair.substr(equals + 1));
  }
  return environment;
}

bool is_public_file(const std::string& path) {
  constexpr std::string_view of_one_container = "/run/secrets/";
  if (path.starts_with(of_one_container)) return false;
  std::error_code failure;
  const std::filesystem::file_status status = std::filesystem::status(path, failure);
  return std::filesystem::is_regular_file(status) &&
         (status.permissions() & std::filesystem::perms::others_read) != std::filesystem::perms::none;
}

std::optional<std::string> read_text_file(const std::string& path, std::size_t bytes_max) {
  std::error_code failure;
  if (std::filesystem::is_directory(path, failure)) return std::nullopt;
  std::ifstream file{path, std::ios::binary};
  if (!file) return std::nullopt;
  std::string text(bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return std::nullopt;
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

}  // namespace gatehouse::config
