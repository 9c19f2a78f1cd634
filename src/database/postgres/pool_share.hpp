#pragma once

#include <algorithm>

namespace gatehouse::database::postgres {

/// What the change feed of a process holds beside the pools: a connection that listens, and one that proves it hears.
inline constexpr unsigned feed_connections = 2;

/// DB_POOL_MIN and DB_POOL_MAX, or one io thread's part of them.
struct PoolShare {
  unsigned connections_min;  ///< kept open
  unsigned connections_max;  ///< open at most
};

/// The part of each of `sharers` io threads. All of them and the change feed, which may be there or not, stay within
/// the process's `connections_max`; but each gets one connection at least, so that more io threads than that leaves
/// room for go beyond it.
[[nodiscard]] constexpr PoolShare share_of(PoolShare process, unsigned sharers) {
  const unsigned divisor = std::max(1U, sharers);
  const unsigned for_queries = process.connections_max - std::min(process.connections_max, feed_connections);
  const unsigned most = std::max(1U, for_queries / divisor);
  return {.connections_min = std::clamp(process.connections_min / divisor, 1U, most), .connections_max = most};
}

}  // namespace gatehouse::database::postgres
