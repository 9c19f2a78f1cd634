#include "config/catalog.hpp"

#include <algorithm>

namespace gatehouse::config {

const Setting* find_setting(const Catalog& catalog, std::string_view name) {
  const auto found = std::ranges::find(catalog, name, [](const Setting* setting) { return setting->name; });
  return found == catalog.end() ? nullptr : *found;
}

}  // namespace gatehouse::config
