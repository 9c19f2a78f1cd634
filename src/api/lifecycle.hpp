#pragma once

#include <atomic>

namespace gatehouse::api {

/// How far the process has come. Any thread.
struct Lifecycle {
  std::atomic<bool> schema_ready = false;  ///< the database has the tables this program needs
  std::atomic<bool> stopping = false;      ///< SIGTERM has come
};

}  // namespace gatehouse::api
