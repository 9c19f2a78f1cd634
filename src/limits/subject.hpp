#pragma once

#include <string_view>

#include "limits/limit_settings.hpp"

namespace gatehouse::limits {

/// Who is charged under a policy.
struct Subject {
  Policy policy;
  std::string_view whose;  ///< an address's or a key's bytes
};

}  // namespace gatehouse::limits
