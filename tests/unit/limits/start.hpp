#pragma once

#include "limits/gcra.hpp"

namespace gatehouse::limits {

/// When tests begin: not at 0, because every clock has run before.
inline constexpr Instant start = std::chrono::hours{1};

}  // namespace gatehouse::limits
