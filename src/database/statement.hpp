#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"

namespace gatehouse::database {

/// One portable SQL statement of a store: `$1`, `$2` … placeholders, only SQL that PostgreSQL and SQLite both read.
/// Static, never copied: drivers prepare a statement once per connection and know it by its address.
struct Statement {
  std::string_view name;  ///< unique in the program, `sessions_find`; the prepared statement's name
  std::string_view sql;

  constexpr Statement(std::string_view statement_name, std::string_view text) : name(statement_name), sql(text) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
};

/// Raw bytes: bytea in PostgreSQL, BLOB in SQLite.
struct Blob {
  std::string bytes;
};

/// A value bound to a placeholder. PostgreSQL sees bigint, text, timestamptz, bytea; SQLite INTEGER, TEXT,
/// INTEGER (microseconds since 1970, UTC), BLOB.
using Value = std::variant<std::monostate, std::int64_t, std::string, TimePoint, Blob>;

/// The values for `$1`, `$2` … in order; std::monostate is NULL. A placeholder has one type: where a value serves two
/// roles (a bigint and a text, say), give each role its own placeholder.
using Parameters = std::vector<Value>;

[[nodiscard]] inline Value nullable(std::optional<std::string> text) {
  return text ? Value{std::move(*text)} : Value{std::monostate{}};
}

/// One statement with its parameters, as part of a batch.
struct Command {
  const Statement* statement;
  Parameters parameters;
};

}  // namespace gatehouse::database
