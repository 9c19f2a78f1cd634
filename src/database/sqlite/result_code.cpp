#include "database/sqlite/result_code.hpp"

#include <sqlite3.h>

namespace gatehouse::database::sqlite {
namespace {

constexpr std::string_view foreign_key_message = "FOREIGN KEY constraint failed";

constexpr int primary_code(int code) { return code & 0xff; }

Violation::Kind kind_of(int code, std::string_view message) {
  // SQLite carries out ON DELETE RESTRICT by a trigger, so only the message says that it was a foreign key.
  if (message == foreign_key_message) return Violation::Kind::foreign_key;
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Violation::Kind::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Violation::Kind::foreign_key;
    case SQLITE_CONSTRAINT_NOTNULL:
      return Violation::Kind::not_null;
    case SQLITE_CONSTRAINT_CHECK:
    case SQLITE_CONSTRAINT_DATATYPE:
      return Violation::Kind::check;
    default:
      return Violation::Kind::other;
  }
}

/// What follows `UNIQUE constraint failed: `.
std::string_view constraint_in(std::string_view message) {
  constexpr std::string_view before = " constraint failed: ";
  const auto found = message.find(before);
  return found == std::string_view::npos ? std::string_view{} : message.substr(found + before.size());
}

}  // namespace

std::optional<Violation> violation_of(int code, std::string_view message, std::string_view statement) {
  if (primary_code(code) != SQLITE_CONSTRAINT) return std::nullopt;
  return Violation{.kind = kind_of(code, message),
                   .constraint = std::string{constraint_in(message)},
                   .state = "SQLite " + std::to_string(code),
                   .message = std::string{message},
                   .statement = std::string{statement}};
}

bool breaks_connection(int code) {
  switch (primary_code(code)) {
    case SQLITE_IOERR:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_PROTOCOL:
    case SQLITE_NOMEM:
      return true;
    default:
      return false;
  }
}

void throw_failure(int code, const std::string& context) {
  const std::string message = context + ": " + sqlite3_errstr(code);
  switch (primary_code(code)) {
    case SQLITE_INTERRUPT:
      throw Unavailable{Unavailable::Reason::deadline, message};
    case SQLITE_READONLY:
      if (code == SQLITE_READONLY_DBMOVED) break;  // the file is not where it was
      throw Unavailable{Unavailable::Reason::read_only, message};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
      throw Unavailable{Unavailable::Reason::storage, message};
    default:
      break;
  }
  if (breaks_connection(code)) throw Unavailable{Unavailable::Reason::storage, message};
  throw StatementFailed{message};
}

}  // namespace gatehouse::database::sqlite
