#include "database/sqlite/result_code.hpp"

#include <sqlite3.h>

namespace gatehouse::database::sqlite {
namespace {

constexpr int primary_code(int code) { return code & 0xff; }

}  // namespace

std::optional<Violation> violation_of(int code) {
  if (primary_code(code) != SQLITE_CONSTRAINT) return std::nullopt;
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return Violation::unique;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return Violation::foreign_key;
    default:
      return Violation::not_null_or_check;
  }
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
