#pragma once

#include <atomic>
#include <cstdint>

namespace gatehouse::sessions {

/// What came of the questions to what replicas share. Any thread.
struct SharingCounts {
  std::atomic<std::uint64_t> hits = 0;
  std::atomic<std::uint64_t> misses = 0;
  std::atomic<std::uint64_t> refused = 0;  ///< not believed: not sealed here, too old, or something was heard meanwhile
  std::atomic<std::uint64_t> unanswered = 0;  ///< in time, or at all
  std::atomic<std::uint64_t> fills = 0;       ///< sent
};

}  // namespace gatehouse::sessions
