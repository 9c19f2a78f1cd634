#pragma once

#include <expected>
#include <string>
#include <vector>

#include "database/errors.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

enum class Dialect { postgres, sqlite };

/// The port every store speaks, and the only one. Implemented by postgres/ and sqlite/, wired in main.cpp.
///
/// Threads: an object belongs to one io thread; its coroutines are started and resumed there. Many may be in flight.
/// Deadlines: every call but the migrator's two ends within the configured query deadline, by its result or by
/// Unavailable.
/// Failures: constraint violations are values; Unavailable and StatementFailed are thrown.
/// Retries: a call whose outcome is unknown (connection lost after sending a write) throws Unavailable; the caller, not
/// the driver, knows whether to repeat it.
class Database {
 public:
  virtual ~Database() = default;

  /// Runs a SELECT. It sees every write acknowledged before the call.
  [[nodiscard]] virtual Task<Rows> query(const Statement& statement, Parameters parameters) = 0;

  /// Runs one INSERT, UPDATE or DELETE (RETURNING allowed), durable when it returns.
  [[nodiscard]] virtual Task<std::expected<Rows, Violation>> execute(const Statement& statement,
                                                                     Parameters parameters) = 0;

  /// Runs the commands in order as one transaction, in one round trip: all of them, durable, or none. A result per
  /// command. A non-empty announcement reaches every other process's ChangeObserver once the transaction is committed.
  [[nodiscard]] virtual Task<std::expected<std::vector<Rows>, Violation>> batch(std::vector<Command> commands,
                                                                                std::string announcement = {}) = 0;

  /// Runs a script of several statements as one transaction while holding the migration lock of this database, without
  /// the query deadline. Literal SQL of this database's dialect; only the migrator calls it.
  [[nodiscard]] virtual Task<std::expected<void, Violation>> run_script(std::string sql) = 0;

  /// Runs one SELECT of any length in time, without the query deadline, and does not keep it prepared. Literal SQL as
  /// above; only the migrator calls it.
  [[nodiscard]] virtual Task<Rows> run_check(std::string sql) = 0;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
};

}  // namespace gatehouse::database
