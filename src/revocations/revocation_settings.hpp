#pragma once

#include <cstdint>

#include "config/setting.hpp"

namespace gatehouse::revocations {

/// How many may wait for revocations.
struct RevocationSettings {
  std::uint32_t readers_max = 10'000;  ///< FEED_READERS_MAX
};

/// Their names, defaults and rules.
[[nodiscard]] config::Section<RevocationSettings> revocation_section();

}  // namespace gatehouse::revocations
