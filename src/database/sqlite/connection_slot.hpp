#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "database/driver_log.hpp"
#include "database/sqlite/connection.hpp"

namespace gatehouse::database::sqlite {

/// The file that the writer opened last, once it has opened one.
class WritersFile {
 public:
  void set(FileId file) {
    const std::scoped_lock lock{mutex_};
    file_ = file;
  }
  [[nodiscard]] std::optional<FileId> get() const {
    const std::scoped_lock lock{mutex_};
    return file_;
  }

 private:
  mutable std::mutex mutex_;
  std::optional<FileId> file_;
};

/// How the threads of a process use the file together.
struct FileUse {
  /// Counts each time the writer finds that the file under the database's name is another one, and each time it has
  /// then opened that one. Odd in between, when no other thread may open anything.
  std::atomic<unsigned> losses = 0;
  /// Connections that are open, or about to be.
  std::atomic<unsigned> connections = 0;
  WritersFile file;
};

/// A thread's connection. While it is broken, it is opened again with growing pauses. Only that thread may use it.
///
/// The writer's slot creates a file that is missing at the start. Later on a file is never created: an empty database
/// in the place of a deleted one would be taken for it. The file that took a lost one's place is opened if it has the
/// same schema; otherwise it waits for a restart, which migrates it.
///
/// At no time does a process have two files of the database's name open: a reader opens only the writer's file, and the
/// writer opens the next one only after all have closed theirs. Otherwise both files' logs and indexes would have the
/// same names, and SQLite, which looks for the process's connections to the same file, would empty the index while the
/// others use it.
class ConnectionSlot {
 public:
  /// What the threads of one process share; everything outlives the slot.
  struct Parts {
    const std::string& path;
    const std::atomic<bool>& stopping;
    FileUse& use;
    const DriverLog& log;
  };

  ConnectionSlot(const Parts& parts, Role role) : parts_(parts), role_(role) {}
  ~ConnectionSlot();
  ConnectionSlot(const ConnectionSlot&) = delete;
  ConnectionSlot& operator=(const ConnectionSlot&) = delete;

  /// Closes a broken connection, and opens a new one once the pause is over. Never throws.
  void maintain() noexcept;

  /// Whether it would open the file that took a lost one's place, if no other connection were open.
  [[nodiscard]] bool waits_for_others() const noexcept;

  /// The open connection, or nullptr: then failure() says why there is none.
  [[nodiscard]] Connection* get() const { return connection_.get(); }
  [[nodiscard]] const std::string& failure() const { return failure_; }

 private:
  static constexpr std::chrono::milliseconds pause_min{50};
  static constexpr std::chrono::milliseconds pause_max{1000};

  void close_broken() noexcept;
  void close_lost() noexcept;
  void count_loss(const std::string& found) noexcept;
  void close(const std::string& why) noexcept;
  void open() noexcept;
  [[nodiscard]] bool may_open() const noexcept;
  [[nodiscard]] std::unique_ptr<Connection> open_for_reading();
  [[nodiscard]] std::unique_ptr<Connection> open_for_writing();
  void refuse_stale_log();
  void remove_left_log() const;
  void report(telemetry::Level level, const char* event, const std::string& detail) const noexcept;

  const Parts parts_;
  const Role role_;
  std::unique_ptr<Connection> connection_;
  unsigned seen_losses_ = 0;
  // Of the connection that was closed last, until another one is open.
  std::optional<std::string> schema_;  ///< set if its file was lost
  DatabaseFiles lost_;
  bool is_log_saved_ = false;
  std::string failure_ = "the database's file is not open yet";
  std::chrono::milliseconds pause_ = pause_min;
  Deadline next_attempt_{};
};

}  // namespace gatehouse::database::sqlite
