#pragma once

#include <chrono>

namespace gatehouse::testing {

/// How long a test waits for what must happen. A busy machine stands still for seconds, in any thread and at any
/// moment, so it is far more than that: only what never happens takes so long.
inline constexpr std::chrono::milliseconds patience{60'000};

}  // namespace gatehouse::testing
