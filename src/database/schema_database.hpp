#pragma once

#include <expected>
#include <string>

#include "database/errors.hpp"
#include "database/rows.hpp"
#include "database/statement.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

enum class Dialect { postgres, sqlite };

/// The port of those who make the schema and look at the server itself: the migrator and the doctor. No store sees it.
///
/// Threads and failures as Database's; constraint violations of a script are values.
class SchemaDatabase {
 public:
  virtual ~SchemaDatabase() = default;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;

  /// Runs a SELECT within the query deadline. It sees every script and write acknowledged before the call.
  [[nodiscard]] virtual Task<Rows> query(const Statement& statement, Parameters parameters) = 0;

  /// Runs a script of several statements as one transaction while holding the migration lock of this database, without
  /// the query deadline. Literal SQL of this database's dialect. Other processes' observers hear that anything may
  /// have changed.
  [[nodiscard]] virtual Task<std::expected<void, Violation>> run_script(std::string sql) = 0;

  /// Runs one SELECT without the query deadline, and does not keep it prepared. Literal SQL as above.
  [[nodiscard]] virtual Task<Rows> run_check(std::string sql) = 0;
};

}  // namespace gatehouse::database
