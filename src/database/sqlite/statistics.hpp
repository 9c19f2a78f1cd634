#pragma once

#include <atomic>
#include <cstdint>

namespace gatehouse::database::sqlite {

/// What the writer has done since the start. Any thread may read it.
struct Statistics {
  std::atomic<std::uint64_t> commits = 0;  ///< transactions, each one fsync of the log
  std::atomic<std::uint64_t> writes = 0;   ///< calls that they made durable
};

}  // namespace gatehouse::database::sqlite
