#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "database/errors.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

/// The dialect of SQL that a script is written in.
enum class Dialect { postgres, sqlite };

/// One of several scripts that are run together. Literal SQL of the database's dialect.
struct ScriptStep {
  std::string sql;
  std::string check = {};  ///< a SELECT that must find nothing when the script's turn comes; empty: none
};

/// Why several scripts were not run; none of them left a trace. `problems` means that a check refused it, `violation`
/// that a constraint did, and neither of them that a statement failed.
struct ScriptRefusal {
  std::size_t step;                                   ///< the script that was refused
  Rows problems = Rows{0};                            ///< what its check found
  std::optional<Violation> violation = std::nullopt;  ///< the constraint that the data violated
  std::string reason = {};  ///< the database's own words, with its detail, on one line; empty for a check
  std::string remedy = {};  ///< what an operator can do about it; empty if the driver knows nothing better
};

/// The port for changing the schema and looking at the server itself: the migrator and the doctor. No store sees it.
///
/// Threads and failures are those of Database, but the refusal of a script is returned.
class SchemaDatabase {
 public:
  virtual ~SchemaDatabase() = default;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  /// Runs a SELECT within the query deadline. It sees every script and write acknowledged before the call.
  [[nodiscard]] virtual Task<Rows> query(const Statement& statement, Parameters parameters) = 0;

  /// Runs scripts, each of several statements, in one transaction: all of them or none. It holds the migration lock of
  /// this database and has no query deadline. Other processes' observers hear that anything may have changed.
  [[nodiscard]] virtual Task<std::expected<void, ScriptRefusal>> run_scripts(std::vector<ScriptStep> steps) = 0;

  /// The same for one script without a check; throws StatementFailed if it is wrong.
  [[nodiscard]] Task<std::expected<void, Violation>> run_script(std::string sql);

  /// Runs one statement that cannot be part of a transaction, without the query deadline. On SQLite, where every
  /// statement can be, it does what run_script() does. Throws ConstraintViolation, too.
  [[nodiscard]] virtual Task<> run_alone(std::string sql);

  /// On PostgreSQL, runs a script as one transaction while services go on, holding the migration lock. It waits at most
  /// `patience` for each lock, so that nobody queues behind it for longer. False if a lock was not to be had in that
  /// time: then nothing was done. Nobody is told, because it changes nothing that is remembered. Throws StatementFailed
  /// if the script is wrong, and on SQLite.
  [[nodiscard]] virtual Task<bool> run_beside(std::string sql, std::chrono::milliseconds patience);

  /// Who else is connected to the database, each in a few words for an operator. On PostgreSQL, sessions with this
  /// program's application name, and so also a pooler's session that served one; on SQLite, another process that has
  /// the file open.
  [[nodiscard]] virtual Task<std::vector<std::string>> list_others() = 0;

  /// Runs one SELECT without the query deadline, and does not keep it prepared. Literal SQL, as in ScriptStep.
  [[nodiscard]] virtual Task<Rows> run_check(std::string sql) = 0;
};

}  // namespace gatehouse::database
