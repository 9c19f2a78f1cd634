#include "config/names.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/nearest_word.hpp"

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 4> express_names{"DOCS_PORT", "ADMINER_PORT", "DOMAIN", "API_URL"};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// True for `…_PORT_8000_TCP` and what may follow it.
bool is_link_port(std::string_view name) {
  const std::size_t port = name.find("_PORT_");
  if (port == std::string_view::npos) return false;
  const std::string_view rest = name.substr(port + 6);
  const std::size_t end = std::min(rest.find('_'), rest.size());
  const std::string_view protocol = rest.substr(end);
  const bool known = protocol.starts_with("_TCP") || protocol.starts_with("_UDP") || protocol.starts_with("_SCTP");
  return is_number(rest.substr(0, end)) && known;
}

}  // namespace

bool is_known_name(const Catalog& catalog, std::string_view name) {
  if (find_setting(catalog, name) != nullptr) return true;
  if (!name.ends_with(file_suffix)) return false;
  const Setting* setting = find_setting(catalog, name.substr(0, name.size() - file_suffix.size()));
  return setting != nullptr && setting->is_secret();
}

bool is_express_name(std::string_view name) {
  return name.starts_with("npm_") || std::ranges::find(express_names, name) != express_names.end();
}

bool is_tool_name(std::string_view name) { return name.starts_with("GATEHOUSE_TEST_"); }

bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_SERVICE_HOST") || name.ends_with("_SERVICE_PORT")) return true;
  if (name.find("_SERVICE_PORT_") != std::string_view::npos || is_link_port(name)) return true;
  const bool is_address = value.starts_with("tcp://") || value.starts_with("udp://") || value.starts_with("sctp://");
  return name.ends_with("PORT") && is_address;
}

std::string_view nearest_name(const Catalog& catalog, std::string_view name) {
  std::vector<std::string_view> names;
  names.reserve(catalog.size());
  for (const Setting* setting : catalog) names.push_back(setting->name);
  return nearest_word(name, names);
}

}  // namespace gatehouse::config
