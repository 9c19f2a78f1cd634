#include "config/checks.hpp"

#include "config/sources.hpp"

namespace gatehouse::config {
namespace {

constexpr std::size_t pem_bytes_max = 1 << 20;

}  // namespace

std::optional<std::string> read_pem_file(const std::string& path) { return read_text_file(path, pem_bytes_max); }

void Checks::require_readable(std::string_view name, const std::string& path) {
  if (path.empty() || read_pem_file(path)) return;
  refuse({std::string{name}, "names a file that cannot be read", "check the path and its permissions"});
}

}  // namespace gatehouse::config
