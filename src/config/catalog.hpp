#pragma once

#include <string_view>
#include <vector>

#include "config/setting.hpp"

namespace gatehouse::config {

/// Every setting of a program, in the order in which people see them: group by group.
using Catalog = std::vector<const Setting*>;

/// The setting of that exact name, or nullptr.
[[nodiscard]] const Setting* find_setting(const Catalog& catalog, std::string_view name);

}  // namespace gatehouse::config
