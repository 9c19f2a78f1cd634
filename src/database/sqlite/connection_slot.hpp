#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "database/driver_log.hpp"
#include "database/sqlite/connection.hpp"

namespace gatehouse::database::sqlite {

/// A thread's connection. While it is broken, it is opened again with growing pauses. Only that thread may use it.
class ConnectionSlot {
 public:
  /// `path`, `stopping` and `log` outlive the slot.
  ConnectionSlot(const std::string& path, Role role, const std::atomic<bool>& stopping, const DriverLog& log)
      : path_(path), role_(role), stopping_(stopping), log_(log) {}

  /// Closes a broken connection, and opens a new one once the pause is over. Never throws.
  void maintain() noexcept;

  /// The open connection, or nullptr: then failure() says why there is none.
  [[nodiscard]] Connection* get() const { return connection_.get(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{1000};

  void open() noexcept;
  void report(telemetry::Level level, const char* event, const std::string& detail) const noexcept;

  const std::string& path_;
  const Role role_;
  const std::atomic<bool>& stopping_;
  const DriverLog& log_;
  std::unique_ptr<Connection> connection_;
  std::string failure_;
  std::chrono::milliseconds pause_ = pause_min;
  Deadline next_attempt_{};
};

}  // namespace gatehouse::database::sqlite
