#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "database/announcement.hpp"
#include "database/occurrence.hpp"

namespace gatehouse::database {

/// One portable SELECT of a store: `$1`, `$2` … placeholders, only SQL that PostgreSQL and SQLite both understand.
/// Static, never copied: drivers prepare a statement once per connection and identify it by its address.
struct Statement {
  std::string_view name;  ///< unique in the program, `sessions_find`; the prepared statement's name
  std::string_view sql;
  bool shares_transaction = false;  ///< see SharesTransaction

  constexpr Statement(std::string_view statement_name, std::string_view text) : name(statement_name), sql(text) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
};

/// Marks a Write to rows that nobody remembers. A comment beside the statement says why, unless it is obvious.
struct AnnouncesNothing {
  explicit AnnouncesNothing() = default;
};
inline constexpr AnnouncesNothing announces_nothing{};

/// Marks a Write that changes one row, found by its key: if it is committed alone, a driver may put it into one
/// transaction with such writes of other callers. Each still has its own outcome.
struct SharesTransaction {
  explicit SharesTransaction() = default;
};
inline constexpr SharesTransaction shares_transaction{};

/// One INSERT, UPDATE or DELETE (RETURNING allowed) of a store, as portable and static as a Statement, and what it
/// announces: things of a topic, known by an `Id`, or nothing (Id is void). A Write that leaves the announcement out
/// does not compile, nor does a Change made of it without the id.
template <class Id>
struct Write {
  Statement statement;
  Topic<Id> topic;

  constexpr Write(std::string_view name, std::string_view sql, const Topic<Id>& announced)
      : statement(name, sql), topic(announced) {}
};

/// A write to rows that nobody remembers.
template <>
struct Write<void> {
  Statement statement;

  constexpr Write(std::string_view name, std::string_view sql, AnnouncesNothing /*unused*/) : statement(name, sql) {}
  constexpr Write(std::string_view name, std::string_view sql, AnnouncesNothing /*unused*/,
                  SharesTransaction /*unused*/)
      : statement(name, sql) {
    statement.shares_transaction = true;
  }
};

template <class Id>
Write(std::string_view, std::string_view, const Topic<Id>&) -> Write<Id>;
Write(std::string_view, std::string_view, AnnouncesNothing) -> Write<void>;
Write(std::string_view, std::string_view, AnnouncesNothing, SharesTransaction) -> Write<void>;

/// Raw bytes: bytea in PostgreSQL, BLOB in SQLite.
struct Blob {
  std::string bytes;
};

/// A value bound to a placeholder. PostgreSQL sees bigint, text, timestamptz, bytea; SQLite INTEGER, TEXT,
/// INTEGER (microseconds since 1970, UTC), BLOB.
using Value = std::variant<std::monostate, std::int64_t, std::string, TimePoint, Blob>;

/// The values for `$1`, `$2` … in order; std::monostate is NULL. A placeholder has one type: if a value serves two
/// roles (a bigint and a text, say), give each role its own placeholder.
using Parameters = std::vector<Value>;

/// NULL if there is no text.
[[nodiscard]] inline Value nullable(std::optional<std::string> text) {
  return text ? Value{std::move(*text)} : Value{std::monostate{}};
}

/// One statement with its parameters, for drivers; stores make a Change.
struct Command {
  const Statement* statement;
  Parameters parameters;
  std::optional<Occurrence> occurrence = {};  ///< counted if it touched a row
};

}  // namespace gatehouse::database
