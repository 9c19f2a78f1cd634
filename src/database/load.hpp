#pragma once

#include <atomic>
#include <cstdint>

#include "metrics/page.hpp"

namespace gatehouse::database {

/// How busy a process keeps its database.
struct Load {
  std::int64_t idle = 0;        ///< connections without a call
  std::int64_t busy = 0;        ///< connections with one
  std::int64_t connecting = 0;  ///< connections that are being opened
  std::int64_t queued = 0;      ///< calls that wait for a connection

  /// gatehouse_database_connections and gatehouse_database_queue_depth.
  void write(metrics::Page& page) const;
};

/// The sum of several loads, each of which changes on its own thread. Any thread.
class LoadSum {
 public:
  void replace(const Load& before, const Load& now) noexcept;
  [[nodiscard]] Load read() const noexcept;

 private:
  std::atomic<std::int64_t> idle_ = 0;
  std::atomic<std::int64_t> busy_ = 0;
  std::atomic<std::int64_t> connecting_ = 0;
  std::atomic<std::int64_t> queued_ = 0;
};

}  // namespace gatehouse::database
