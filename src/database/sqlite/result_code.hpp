#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "database/errors.hpp"

namespace gatehouse::database::sqlite {

/// The violated constraint, if one of SQLite's extended result codes (sqlite.org/rescode.html) means one; `message`
/// came with the code. `statement` is the name of what was run.
///
/// The message names the columns, `UNIQUE constraint failed: users.email_key`; a foreign key has no name.
[[nodiscard]] std::optional<Violation> violation_of(int code, std::string_view message, std::string_view statement);

/// True if the connection itself may be broken, so that a new one should be opened.
[[nodiscard]] bool breaks_connection(int code);

/// Throws what the code means: Unavailable{storage} if the file, the disk or another process is the cause,
/// Unavailable{read_only} if the file must not be written, Unavailable{deadline} for an interrupted statement, else
/// StatementFailed. `context` says what was being done.
[[noreturn]] void throw_failure(int code, const std::string& context);

}  // namespace gatehouse::database::sqlite
