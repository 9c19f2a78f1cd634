#pragma once

#include <atomic>
#include <cstdint>

namespace gatehouse::sessions {

/// How the lookups in what replicas share have ended. Any thread.
struct SharingCounts {
  std::atomic<std::uint64_t> hits = 0;
  std::atomic<std::uint64_t> misses = 0;
  std::atomic<std::uint64_t> refused = 0;  ///< not believed: not sealed here, too old, or a change was heard meanwhile
  std::atomic<std::uint64_t> unanswered = 0;  ///< not in time, or not at all
  std::atomic<std::uint64_t> fills = 0;       ///< sent
};

}  // namespace gatehouse::sessions
