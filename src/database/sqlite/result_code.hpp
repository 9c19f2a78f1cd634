#pragma once

#include <optional>
#include <string>

#include "database/errors.hpp"

namespace gatehouse::database::sqlite {

/// The violated constraint behind one of SQLite's extended result codes (sqlite.org/rescode.html), if it names one.
[[nodiscard]] std::optional<Violation> violation_of(int code);

/// True where the connection itself may be what is broken, so that a new one should be opened.
[[nodiscard]] bool breaks_connection(int code);

/// Throws what the code means: Unavailable{storage} where the file, the disk or another process is the cause,
/// Unavailable{deadline} for an interrupted statement, else StatementFailed. `context` says what was being done.
[[noreturn]] void throw_failure(int code, const std::string& context);

}  // namespace gatehouse::database::sqlite
