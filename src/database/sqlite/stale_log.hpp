#pragma once

#include <chrono>
#include <string>

namespace gatehouse::database::sqlite {

/// If a database was written to at least this much later than its write-ahead log, that needs an explanation.
inline constexpr std::chrono::seconds stale_log_slack{10};

/// Whether the write-ahead log beside the database was written for another one: a backup was copied over the database,
/// and its log was left behind. SQLite would replay it into the backup, and the backup would be lost or mixed with what
/// it was to replace.
///
/// SQLite writes to a database only what is in its log, right after that was written. So if the database's file was
/// changed later and does not match the log, the log is another database's. A copy that keeps the backup's time
/// cannot be recognised. Reads the log and the pages that it covers; blocks. False if a file cannot be read, because
/// then SQLite says why.
[[nodiscard]] bool has_stale_log(const std::string& path);

}  // namespace gatehouse::database::sqlite
