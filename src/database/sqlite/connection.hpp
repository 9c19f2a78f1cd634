#pragma once

#include <sqlite3.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "database/errors.hpp"
#include "database/rows.hpp"
#include "database/sqlite/call.hpp"
#include "database/sqlite/database_files.hpp"
#include "database/statement.hpp"

namespace gatehouse::database::sqlite {

/// Whether a connection may write. One that is `alone` may, and keeps every other connection out. It has a rollback
/// journal instead of the log, so the file is then all of the database.
enum class Role { writer, reader, alone };

/// One connection to the database file, and the only code that calls SQLite's C interface.
///
/// It uses a write-ahead log, unless it is alone, synchronous=FULL and foreign keys, and does not let a tampered schema
/// call unsafe functions. A reader's connection refuses to write. One thread at a time may use it.
///
/// Every function throws Unavailable{storage} if the file cannot be read or written, Unavailable{read_only} if it must
/// not be written, Unavailable{deadline} if a statement passes its deadline, Unavailable{stopped} once `stopping` is
/// set, and StatementFailed for wrong SQL.
class Connection {
 public:
  /// Opens the file, which exists. Throws Unavailable{storage} if it is not `wanted`, before it reads the file or
  /// touches its log. `stopping` outlives the connection.
  Connection(const std::string& path, Role role, const std::atomic<bool>& stopping, std::optional<FileId> wanted);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs one command to its end. Inside a transaction a violation undoes this command and nothing else. Any other
  /// failure may have ended the transaction: see in_transaction().
  [[nodiscard]] std::expected<Rows, Violation> run(const Command& command, Deadline deadline);

  /// Runs one SELECT that is not kept prepared. No deadline.
  [[nodiscard]] std::expected<Rows, Violation> run_check(const std::string& sql);

  /// Begins a transaction that writes. Waits for another process's write to end, until the deadline.
  void begin(Deadline deadline);
  /// Durable when it returns. On a violation (a deferred foreign key) the transaction is still open.
  [[nodiscard]] std::expected<void, Violation> commit();
  void rollback() noexcept;
  void begin_savepoint();
  void release_savepoint();
  void rollback_savepoint();
  [[nodiscard]] bool in_transaction() const noexcept;

  /// Runs the statements of a script; their rows are discarded. No deadline.
  [[nodiscard]] std::expected<void, Violation> run_script(const std::string& sql);

  /// Makes the other database, which is empty, a copy of this one at the time of the call: writers are not held up, and
  /// what they write meanwhile is not copied. No deadline; ends early with Unavailable once `stopping` is set.
  void copy_to(Connection& destination);

  /// A number that changes whenever another connection, of this process or not, has changed the database.
  [[nodiscard]] std::int64_t data_version();

  /// Throws Unavailable{storage} if somebody has deleted or replaced one of the files: what is committed here from then
  /// on is lost when the connection is closed.
  void require_files();
  /// What require_files() found; nothing as long as all is well.
  [[nodiscard]] const std::optional<std::string>& lost_files() const noexcept { return lost_files_; }

  /// The statements that made the schema, as one text.
  [[nodiscard]] std::string schema();
  /// Copies the log's content into the database's file, wherever both are now; false if others prevent it for longer
  /// than save_log_timeout.
  [[nodiscard]] bool save_log() noexcept;
  /// The same, and truncates the log; false if others keep reading or writing until script_lock_timeout.
  [[nodiscard]] bool empty_log() noexcept;
  /// Lets the log stay when the connection is closed: the file that has its name now may be another one.
  void leave_log() noexcept;
  /// The files as they were when the connection was opened.
  [[nodiscard]] const DatabaseFiles& files() const noexcept { return files_; }

  /// True after a failure that a new connection may cure.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  struct Closed {
    void operator()(sqlite3* connection) const noexcept { sqlite3_close_v2(connection); }
  };
  struct Finalized {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finalized> handle;
    std::vector<int> positions;  ///< SQLite's index of `$1`, `$2` …
  };

  static constexpr std::size_t prepared_max = 512;
  static constexpr std::chrono::seconds script_lock_timeout{60};
  static constexpr std::chrono::seconds alone_lock_timeout{2};
  static constexpr std::chrono::seconds data_version_timeout{1};
  static constexpr std::chrono::seconds save_log_timeout{1};

  static int on_progress(void* self) noexcept;
  static int on_busy(void* self, int tries) noexcept;
  [[nodiscard]] bool must_end() const noexcept;

  [[nodiscard]] bool has_moved() noexcept;
  void configure();
  void switch_to_wal();
  void shut_out_others();
  void require(int code, std::string_view doing);
  [[noreturn]] void fail(int code, std::string_view doing);
  [[nodiscard]] std::expected<void, Violation> execute(const char* sql, std::string_view doing);
  void control(const char* sql);
  [[nodiscard]] Prepared compile(const Statement& statement, unsigned flags);
  [[nodiscard]] Prepared& prepare(const Statement& statement);
  void bind(const Prepared& prepared, const Command& command);
  [[nodiscard]] std::expected<Rows, Violation> perform(const Prepared& prepared, const Command& command);
  void read_row(sqlite3_stmt* statement, std::string_view name, Rows& rows);

  const Role role_;
  const std::atomic<bool>& stopping_;
  Deadline deadline_ = Deadline::max();
  bool broken_ = false;
  DatabaseFiles files_;
  std::optional<std::string> lost_files_;
  std::unique_ptr<sqlite3, Closed> handle_;
  std::unordered_map<const Statement*, Prepared> prepared_;  ///< destroyed before handle_
};

}  // namespace gatehouse::database::sqlite
