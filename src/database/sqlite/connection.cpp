#include "database/sqlite/connection.hpp"

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "database/sqlite/result_code.hpp"

namespace gatehouse::database::sqlite {

// Invariants. deadline_ bounds whatever SQLite does now: the progress handler ends a statement at it, the busy handler
// a wait for another process. Every operation that may be interrupted sets it first; COMMIT, ROLLBACK and scripts,
// which must not be, set it to Deadline::max(). A statement of prepared_ is reset and unbound whenever none of its rows
// is being read. broken_ never becomes false again: the owner closes the connection and opens another one.

namespace {

// Steps of SQLite's virtual machine between two looks at the clock: some tens of microseconds.
constexpr int steps_between_checks = 4000;

// secure_delete overwrites what is deleted, such as hashes that were replaced. After a checkpoint the log is cut back
// to journal_size_limit, in case a long read has let it grow.
constexpr const char* settings_sql =
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA secure_delete = ON;"
    "PRAGMA journal_size_limit = 67108864;";

// Leaves a prepared statement ready for its next use and holds on to no parameter.
class Execution {
 public:
  explicit Execution(sqlite3_stmt* statement) : statement_(statement) {}
  Execution(const Execution&) = delete;
  Execution& operator=(const Execution&) = delete;
  ~Execution() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }

 private:
  sqlite3_stmt* statement_;
};

int bind_value(sqlite3_stmt* statement, int position, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_bind_int64(statement, position, *integer);
  if (const auto* time = std::get_if<TimePoint>(&value)) {
    return sqlite3_bind_int64(statement, position, to_unix_us(*time));
  }
  // SQLITE_STATIC: the command outlives the execution.
  if (const auto* text = std::get_if<std::string>(&value)) {
    return sqlite3_bind_text64(statement, position, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  if (const auto* blob = std::get_if<Blob>(&value)) {
    return sqlite3_bind_blob64(statement, position, blob->bytes.data(), blob->bytes.size(), SQLITE_STATIC);
  }
  return sqlite3_bind_null(statement, position);
}

}  // namespace

Connection::Connection(const std::string& path, Role role, const std::atomic<bool>& stopping,
                       std::optional<FileId> wanted)
    : role_(role), stopping_(stopping) {
  constexpr int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  // Even after a failure SQLite may have made a handle, which must be closed.
  handle_.reset(opened);
  require(code, "opening " + path);
  if (wanted && identify(path) != *wanted) throw Unavailable{Unavailable::Reason::storage, path + " was replaced"};
  configure();
  // The first read opens the log, whose identity files_ needs.
  (void)schema();
  files_ = DatabaseFiles{path, sqlite3_db_filename(opened, "main")};
  if (has_moved()) throw Unavailable{Unavailable::Reason::storage, path + " was replaced while it was opened"};
}

/// Whether the name now refers to another file than the open one.
bool Connection::has_moved() noexcept {
  int moved = 0;
  return sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK || moved != 0;
}

void Connection::configure() {
  sqlite3* connection = handle_.get();
  sqlite3_progress_handler(connection, steps_between_checks, &Connection::on_progress, this);
  sqlite3_busy_handler(connection, &Connection::on_busy, this);
  deadline_ = std::chrono::steady_clock::now() + (role_ == Role::alone ? alone_lock_timeout : script_lock_timeout);
  // A file from outside must not run code of its own choice, through triggers, views or a damaged schema; and a
  // mistyped column name must not be taken for a string.
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_limit(connection, SQLITE_LIMIT_ATTACHED, 0);
  // Set before the log is first accessed, so that its index is not shared with others.
  if (role_ == Role::alone) control("PRAGMA locking_mode = EXCLUSIVE");
  require(sqlite3_exec(connection, settings_sql, nullptr, nullptr, nullptr), "opening the database file");
  if (role_ == Role::writer) {
    switch_to_wal();
  } else if (role_ == Role::alone) {
    shut_out_others();
  } else {
    control("PRAGMA query_only = ON");
  }
  deadline_ = Deadline::max();
}

/// If two processes open a new file at once, one finds it locked, and SQLite does not call the busy handler for that.
void Connection::switch_to_wal() {
  constexpr int pause_ms = 1;
  while (true) {
    const int code = sqlite3_exec(handle_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if ((code & 0xff) != SQLITE_BUSY || must_end()) return require(code, "switching to write-ahead logging");
    sqlite3_sleep(pause_ms);
  }
}

/// The locks of the first transaction are kept. The log's content goes into the file, and the log is removed.
void Connection::shut_out_others() {
  control("BEGIN EXCLUSIVE");
  control("COMMIT");
  control("PRAGMA journal_mode = DELETE");
}

bool Connection::must_end() const noexcept {
  return stopping_.load(std::memory_order_relaxed) ||
         (deadline_ != Deadline::max() && std::chrono::steady_clock::now() >= deadline_);
}

int Connection::on_progress(void* self) noexcept { return static_cast<Connection*>(self)->must_end() ? 1 : 0; }

int Connection::on_busy(void* self, int tries) noexcept {
  if (static_cast<Connection*>(self)->must_end()) return 0;
  constexpr int pause_ms_max = 10;
  std::this_thread::sleep_for(std::chrono::milliseconds{std::min(tries + 1, pause_ms_max)});
  return 1;
}

void Connection::require(int code, std::string_view doing) {
  if (code != SQLITE_OK) fail(code, doing);
}

void Connection::fail(int code, std::string_view doing) {
  // Noted before anything is thrown: the slot reads it however the failure travels.
  broken_ = broken_ || breaks_connection(code);
  std::string context{doing};
  // A wrong statement's message says what is wrong with it; it quotes the statement's text, never a parameter.
  if ((code & 0xff) == SQLITE_ERROR && handle_) context.append(": ").append(sqlite3_errmsg(handle_.get()));
  // SQLite has one code for whatever keeps it from a file, so the system's error is added.
  const int system_error = handle_ && breaks_connection(code) ? sqlite3_system_errno(handle_.get()) : 0;
  if (system_error != 0) context.append(" (").append(std::generic_category().message(system_error)).append(")");
  const bool given_up = (code & 0xff) == SQLITE_INTERRUPT || (code & 0xff) == SQLITE_BUSY;
  if (given_up && stopping_.load(std::memory_order_relaxed)) throw Unavailable{Unavailable::Reason::stopped, context};
  throw_failure(code, context);
}

std::expected<void, Violation> Connection::execute(const char* sql, std::string_view doing) {
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
  if (auto violation = violation_of(code, sqlite3_errmsg(handle_.get()), doing)) {
    return std::unexpected(*std::move(violation));
  }
  require(code, doing);
  return {};
}

void Connection::control(const char* sql) { require(sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr), sql); }

void Connection::begin(Deadline deadline) {
  deadline_ = deadline == Deadline::max() ? std::chrono::steady_clock::now() + script_lock_timeout : deadline;
  control("BEGIN IMMEDIATE");
}

std::expected<void, Violation> Connection::commit() {
  // An interrupted COMMIT would leave open whether the group is on the disk.
  deadline_ = Deadline::max();
  return execute("COMMIT", "COMMIT");
}

void Connection::rollback() noexcept {
  deadline_ = Deadline::max();
  // SQLite may have rolled back by itself, and a second ROLLBACK would be an error.
  if (in_transaction()) sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

void Connection::begin_savepoint() { control("SAVEPOINT batch"); }
void Connection::release_savepoint() { control("RELEASE batch"); }
void Connection::rollback_savepoint() { control("ROLLBACK TO batch; RELEASE batch"); }

bool Connection::in_transaction() const noexcept { return sqlite3_get_autocommit(handle_.get()) == 0; }

std::expected<void, Violation> Connection::run_script(const std::string& sql) {
  deadline_ = Deadline::max();
  return execute(sql.c_str(), "script");
}

void Connection::require_files() {
  if (!lost_files_) lost_files_ = files_.change();
  if (!lost_files_) return;
  broken_ = true;
  throw Unavailable{Unavailable::Reason::storage, *lost_files_};
}

void Connection::copy_to(Connection& destination) {
  // Some megabytes between two checks whether to stop.
  constexpr int pages_per_step = 1024;
  // An open transaction reads one snapshot. Without it, every write of another process would begin the copy anew.
  control("BEGIN");
  (void)schema();
  deadline_ = destination.deadline_ = Deadline::max();
  sqlite3_backup* copy = sqlite3_backup_init(destination.handle_.get(), "main", handle_.get(), "main");
  if (copy == nullptr) destination.fail(sqlite3_extended_errcode(destination.handle_.get()), "backup");
  int code = SQLITE_OK;
  while (code == SQLITE_OK && !must_end()) code = sqlite3_backup_step(copy, pages_per_step);
  sqlite3_backup_finish(copy);
  rollback();
  if (code == SQLITE_OK) fail(SQLITE_INTERRUPT, "backup");
  if (code != SQLITE_DONE) fail(code, "backup");
}

std::string Connection::schema() {
  static constexpr Statement statement{"schema", "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name"};
  const Command command{&statement, {}};
  const Rows rows = run(command, std::chrono::steady_clock::now() + data_version_timeout).value();
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) text.append(rows[i].text(0)).push_back('\n');
  return text;
}

bool Connection::save_log() noexcept {
  deadline_ = std::chrono::steady_clock::now() + save_log_timeout;
  int frames = 0;
  int copied = 0;
  const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_FULL, &frames, &copied);
  return code == SQLITE_OK && frames == copied;
}

bool Connection::empty_log() noexcept {
  deadline_ = std::chrono::steady_clock::now() + script_lock_timeout;
  return sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr) == SQLITE_OK;
}

void Connection::leave_log() noexcept {
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
}

std::int64_t Connection::data_version() {
  static constexpr Statement statement{"data_version", "PRAGMA data_version"};
  const Command command{&statement, {}};
  return run(command, std::chrono::steady_clock::now() + data_version_timeout).value()[0].integer(0);
}

Connection::Prepared Connection::compile(const Statement& statement, unsigned flags) {
  sqlite3_stmt* made = nullptr;
  require(sqlite3_prepare_v3(handle_.get(), statement.sql.data(), static_cast<int>(statement.sql.size()), flags, &made,
                             nullptr),
          statement.name);
  Prepared prepared;
  prepared.handle.reset(made);
  if (made == nullptr) throw StatementFailed{std::string{statement.name} + ": no statement"};
  // query_only would refuse it as well, but only when it runs, and as a failure of the database.
  if (role_ == Role::reader && sqlite3_stmt_readonly(made) == 0) {
    throw StatementFailed{std::string{statement.name} + ": a query that writes"};
  }
  const int count = sqlite3_bind_parameter_count(made);
  for (int number = 1; number <= count; ++number) {
    // SQLite numbers $2 by where it first appears, PostgreSQL by its name; the port promises the latter.
    prepared.positions.push_back(sqlite3_bind_parameter_index(made, ("$" + std::to_string(number)).c_str()));
  }
  return prepared;
}

Connection::Prepared& Connection::prepare(const Statement& statement) {
  const auto found = prepared_.find(&statement);
  if (found != prepared_.end()) return found->second;
  if (prepared_.size() >= prepared_max) prepared_.clear();
  return prepared_.emplace(&statement, compile(statement, SQLITE_PREPARE_PERSISTENT)).first->second;
}

void Connection::bind(const Prepared& prepared, const Command& command) {
  if (command.parameters.size() != prepared.positions.size()) {
    throw StatementFailed{std::string{command.statement->name} + ": " + std::to_string(command.parameters.size()) +
                          " parameters for " + std::to_string(prepared.positions.size()) + " placeholders"};
  }
  for (std::size_t i = 0; i < command.parameters.size(); ++i) {
    require(bind_value(prepared.handle.get(), prepared.positions[i], command.parameters[i]), command.statement->name);
  }
}

void Connection::read_row(sqlite3_stmt* statement, std::string_view name, Rows& rows) {
  const int columns = sqlite3_column_count(statement);
  for (int column = 0; column < columns; ++column) {
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        rows.add_integer(sqlite3_column_int64(statement, column));
        break;
      case SQLITE_TEXT:
      case SQLITE_BLOB: {
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        const auto length = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        // SQLite gives a null pointer for an empty value.
        rows.add_text(length == 0 ? std::string_view{} : std::string_view{bytes, length});
        break;
      }
      case SQLITE_NULL:
        rows.add_null();
        break;
      default:
        throw StatementFailed{std::string{name} + ": a column of type REAL"};
    }
  }
}

std::expected<Rows, Violation> Connection::run(const Command& command, Deadline deadline) {
  deadline_ = deadline;
  // The progress handler is called only after thousands of steps, and a short statement has fewer.
  if (must_end()) fail(SQLITE_INTERRUPT, command.statement->name);
  return perform(prepare(*command.statement), command);
}

std::expected<Rows, Violation> Connection::run_check(const std::string& sql) {
  deadline_ = Deadline::max();
  const Statement statement{"check", sql};
  const Command command{&statement, {}};
  return perform(compile(statement, 0), command);
}

std::expected<Rows, Violation> Connection::perform(const Prepared& prepared, const Command& command) {
  sqlite3_stmt* statement = prepared.handle.get();
  const Execution execution{statement};
  bind(prepared, command);

  int code = sqlite3_step(statement);
  // The schema, and with it the columns, may have changed since the preparation: counted after the first step.
  Rows rows{static_cast<std::size_t>(sqlite3_column_count(statement))};
  for (; code == SQLITE_ROW; code = sqlite3_step(statement)) read_row(statement, command.statement->name, rows);
  if (auto violation = violation_of(code, sqlite3_errmsg(handle_.get()), command.statement->name)) {
    return std::unexpected(*std::move(violation));
  }
  if (code != SQLITE_DONE) fail(code, command.statement->name);
  if (sqlite3_stmt_readonly(statement) == 0) rows.set_affected(sqlite3_changes64(handle_.get()));
  return rows;
}

}  // namespace gatehouse::database::sqlite
