#pragma once

#include <cstdint>

namespace gatehouse::database {

/// What a standby must have replayed before its answer counts.
enum class Recency : std::uint8_t {
  announced,     ///< every announced change that this process had heard of when the answer came
  acknowledged,  ///< everything that was committed before the read began, by anyone
};

}  // namespace gatehouse::database
