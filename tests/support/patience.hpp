#pragma once

#include <chrono>

namespace gatehouse::testing {

/// How long a test waits for something that must happen. A busy machine may stall any thread for seconds at any moment,
/// so this is far longer: only something that never happens takes so long.
inline constexpr std::chrono::milliseconds patience{60'000};

}  // namespace gatehouse::testing
