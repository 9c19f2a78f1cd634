#pragma once

#include <chrono>
#include <string_view>

namespace gatehouse {

/// What is known of the request that some code works for, wherever that code is: by what names the log tells of it, and
/// what its time has gone to. It belongs to the request and outlives everything that is done for it. One io thread.
struct RequestScope {
  std::string_view request_id;
  std::string_view trace_id;  ///< W3C Trace Context: 32 hex digits
  std::chrono::steady_clock::time_point begun{};
  std::chrono::nanoseconds database{};  ///< in calls of the database, with their waits
  std::chrono::nanoseconds hashing{};
  std::chrono::nanoseconds queueing{};  ///< for a turn to hash
};

}  // namespace gatehouse
