#pragma once

#include <chrono>
#include <string>

namespace gatehouse::database::sqlite {

/// How much later than its write-ahead log a database was written to, at least, before that needs an explanation.
inline constexpr std::chrono::seconds stale_log_slack{10};

/// Whether the write-ahead log beside the database was written for another one: a backup was copied over the database,
/// and its log was left. SQLite would play it into the backup, and the backup would be lost or mixed with what it was
/// to replace.
///
/// SQLite writes to a database only what stands in its log, at once after that was written. So it is another's log
/// where the database's file was changed later, and not into what the log says. A copy that keeps the backup's time
/// cannot be told. Reads the log and the pages that it is about; blocks. False where a file cannot be read, for then
/// SQLite says why.
[[nodiscard]] bool has_stale_log(const std::string& path);

}  // namespace gatehouse::database::sqlite
