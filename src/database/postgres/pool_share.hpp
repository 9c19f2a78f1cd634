#pragma once

#include <algorithm>

namespace gatehouse::database::postgres {

/// The connections that a process's change feed holds beside the pools: one listens, and one sends probes to prove that
/// the first one hears.
inline constexpr unsigned feed_connections = 2;

/// DB_POOL_MIN and DB_POOL_MAX, or one io thread's part of them.
struct PoolShare {
  unsigned connections_min;  ///< kept open
  unsigned connections_max;  ///< open at most
};

/// The share of each of `sharers` io threads. Together with the change feed they stay within the process's
/// `connections_max`, with one exception: each gets at least one connection, so very many io threads exceed it.
[[nodiscard]] constexpr PoolShare share_of(PoolShare process, unsigned sharers) {
  const unsigned divisor = std::max(1U, sharers);
  const unsigned for_queries = process.connections_max - std::min(process.connections_max, feed_connections);
  const unsigned most = std::max(1U, for_queries / divisor);
  return {.connections_min = std::clamp(process.connections_min / divisor, 1U, most), .connections_max = most};
}

}  // namespace gatehouse::database::postgres
