#include "config/names.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace gatehouse::config {
namespace {

constexpr std::array<std::string_view, 5> express_names{"DOCS_PORT", "ADMINER_PORT", "DOMAIN", "FRONTEND_URL",
                                                        "API_URL"};
constexpr std::size_t name_length_max = 64;
constexpr std::size_t short_name_length_max = 8;

/// Edits (insertion, deletion, substitution, swap of neighbours) between two names: the optimal string alignment
/// distance, row by row. Both at most name_length_max long.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  using Distances = std::array<std::size_t, name_length_max + 1>;
  Distances before{};
  Distances previous{};
  Distances current{};
  for (std::size_t j = 0; j <= b.size(); ++j) previous[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    current[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      current[j] = std::min({previous[j] + 1, current[j - 1] + 1, previous[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) current[j] = std::min(current[j], before[j - 2] + 1);
    }
    before = previous;
    previous = current;
  }
  return previous[b.size()];
}

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
  if (name.size() > name_length_max) return {};
  std::size_t best = name.size() <= short_name_length_max ? 1 : 2;
  std::string_view nearest;
  for (const Setting* setting : catalog) {
    const std::size_t distance = edit_distance(name, setting->name);
    if (distance > best || (distance == best && !nearest.empty())) continue;
    best = distance;
    nearest = setting->name;
  }
  return nearest;
}

}  // namespace gatehouse::config
