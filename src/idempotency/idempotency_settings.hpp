#pragma once

#include <chrono>

#include "config/setting.hpp"

namespace gatehouse::idempotency {

/// How long a request can be repeated.
struct IdempotencySettings {
  std::chrono::seconds ttl{86'400};  ///< IDEMPOTENCY_TTL
};

/// Its name, default and rule.
[[nodiscard]] config::Section<IdempotencySettings> idempotency_section();

}  // namespace gatehouse::idempotency
