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

/// Whose SQL a script is written in.
enum class Dialect { postgres, sqlite };

/// One of several scripts that are run together. Literal SQL of the database's dialect.
struct ScriptStep {
  std::string sql;
  std::string check = {};  ///< a SELECT that must find nothing when the script's turn comes; empty: none
};

/// Why several scripts were not run; none of them left a trace. One of `problems`, `violation` and neither says what
/// kind of refusal it is: of the check, of a constraint, of a statement.
struct ScriptRefusal {
  std::size_t step;                                   ///< which of them it was
  Rows problems = Rows{0};                            ///< what its check found
  std::optional<Violation> violation = std::nullopt;  ///< by its data
  std::string reason = {};  ///< the database's own words, with its detail, on one line; empty for a check
  std::string remedy = {};  ///< what an operator can do about it; empty where the driver knows nothing better
};

/// The port of those who make the schema and look at the server itself: the migrator and the doctor. No store sees it.
///
/// Threads and failures as Database's; what a script is refused for is a value.
class SchemaDatabase {
 public:
  virtual ~SchemaDatabase() = default;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  /// Runs a SELECT within the query deadline. It sees every script and write acknowledged before the call.
  [[nodiscard]] virtual Task<Rows> query(const Statement& statement, Parameters parameters) = 0;

  /// Runs scripts of several statements each as one transaction while holding the migration lock of this database,
  /// without the query deadline: all of them or none. Other processes' observers hear that anything may have changed.
  [[nodiscard]] virtual Task<std::expected<void, ScriptRefusal>> run_scripts(std::vector<ScriptStep> steps) = 0;

  /// The same for one script without a check; throws StatementFailed where it is wrong.
  [[nodiscard]] Task<std::expected<void, Violation>> run_script(std::string sql);

  /// Runs one statement that cannot be part of a transaction, without the query deadline. On SQLite, where each can, as
  /// run_script(). Throws ConstraintViolation, too.
  [[nodiscard]] virtual Task<> run_alone(std::string sql);

  /// On PostgreSQL, runs a script as one transaction while services go on, holding the migration lock. It waits for
  /// each lock `patience` at most, so that nobody waits longer behind it. False where one was not to be had in that
  /// time: then nothing was done. Nobody is told, for it changes nothing that is remembered. Throws StatementFailed
  /// where the script is wrong, and on SQLite.
  [[nodiscard]] virtual Task<bool> run_beside(std::string sql, std::chrono::milliseconds patience);

  /// Who else is connected to the database, each in a few words for an operator. On PostgreSQL, sessions that call
  /// themselves what this program's do, and so a pooler's that served one; on SQLite, another process that has the file
  /// open.
  [[nodiscard]] virtual Task<std::vector<std::string>> list_others() = 0;

  /// Runs one SELECT without the query deadline, and does not keep it prepared. Literal SQL as above.
  [[nodiscard]] virtual Task<Rows> run_check(std::string sql) = 0;
};

}  // namespace gatehouse::database
