#pragma once

#include <expected>
#include <memory>
#include <string>

#include "database/postgres/sql_error.hpp"
#include "database/rows.hpp"

struct pg_result;

namespace gatehouse::database::postgres {

/// Owns one result of libpq. It may be empty: libpq ends a command's results with a null.
class PgResult {
 public:
  /// The kinds of result; see kind().
  enum class Kind { nothing, done, failed, skipped, end_of_group, copying };

  explicit PgResult(pg_result* result) : result_(result) {}

  /// done: a command succeeded; failed: it did not; skipped: an earlier one of its group failed; end_of_group: the
  /// server reached the Sync, so the group is committed or rolled back; copying: it waits for the rows of a COPY.
  [[nodiscard]] Kind kind() const noexcept;

  /// The rows of a command that is done. A column of a type no store uses is an error that names the type.
  [[nodiscard]] std::expected<Rows, SqlError> rows() const;

  /// Why a command failed.
  [[nodiscard]] SqlError error() const;

 private:
  struct Clear {
    void operator()(pg_result* result) const noexcept;
  };

  std::unique_ptr<pg_result, Clear> result_;
};

}  // namespace gatehouse::database::postgres
