#pragma once

#include <atomic>
#include <cstdint>

namespace gatehouse::database::postgres {

/// What a process's pools lack. Its change feed takes connections only while the requests have theirs, because a server
/// may give the process fewer than it is configured for. Any thread.
class ConnectionNeed {
 public:
  /// What one pool lacks.
  enum class Kind : std::uint8_t {
    none,
    waiting,  ///< it has no connection, and is about to open one
    refused,  ///< it has none, and could not open one
  };

  /// One pool's need changed from one kind to another.
  void change(Kind before, Kind after) noexcept {
    add(before, -1);
    add(after, 1);
  }

  /// Every pool has a connection.
  [[nodiscard]] bool is_met() const noexcept { return waiting_.load() <= 0 && !is_urgent(); }
  /// A pool cannot get its first one.
  [[nodiscard]] bool is_urgent() const noexcept { return refused_.load() > 0; }

 private:
  void add(Kind kind, int count) noexcept {
    if (kind == Kind::waiting) waiting_ += count;
    if (kind == Kind::refused) refused_ += count;
  }

  std::atomic<int> waiting_{0};
  std::atomic<int> refused_{0};
};

}  // namespace gatehouse::database::postgres
