#pragma once

#include <chrono>
#include <string_view>

namespace gatehouse {

/// What any code may know of the request it works for: the ids that the log gives it, and where its time has gone. It
/// belongs to the request and outlives everything that is done for it. One io thread.
struct RequestScope {
  std::string_view request_id;
  std::string_view trace_id;  ///< W3C Trace Context: 32 hex digits
  std::chrono::steady_clock::time_point begun{};
  std::chrono::nanoseconds database{};  ///< in database calls, including their waits
  std::chrono::nanoseconds hashing{};
  std::chrono::nanoseconds queueing{};  ///< waiting for a turn to hash
};

}  // namespace gatehouse
