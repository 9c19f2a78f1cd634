#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/postgres/pg_connection.hpp"
#include "database/schema_database.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::postgres {

/// "gatehous" in ASCII: the key of the advisory lock that migrations hold. Every version of Gatehouse must use the
/// same.
inline constexpr std::int64_t migration_lock = 0x67617465686f7573;

/// Sends SQL, one or several statements, by the simple protocol and waits for all of it; returns the first error, or
/// nothing. The connection is connected and not in pipeline mode. There is no deadline: close() of the connection ends
/// it with Unavailable{stopped}. Throws Unavailable{connection} when the server is lost.
[[nodiscard]] Task<std::optional<SqlError>> run_simple(std::shared_ptr<PgConnection> connection, std::string sql);

/// Connects, then runs the scripts as one transaction that holds the migration lock of the database: a second process
/// that migrates at the same time waits its turn. The lock and the transaction end with the connection at the latest.
/// No statement_timeout or lock_timeout applies, whoever set it.
[[nodiscard]] Task<std::expected<void, ScriptRefusal>> run_migration_scripts(
    std::shared_ptr<PgConnection> connection, std::shared_ptr<const ConnectOptions> options,
    std::vector<ScriptStep> steps);

/// Connects, then runs one statement outside a transaction. The timeouts of `options` apply; behind a pooler the
/// server's own, because its sessions belong to others and are left as they are. A violated constraint is thrown, too.
[[nodiscard]] Task<> run_statement_alone(std::shared_ptr<PgConnection> connection,
                                         std::shared_ptr<const ConnectOptions> options, std::string sql);

/// Connects, then runs the script as above, but waits at most `patience` for each lock; false if that was not enough.
/// Throws if the script is refused.
[[nodiscard]] Task<bool> run_script_beside(std::shared_ptr<PgConnection> connection,
                                           std::shared_ptr<const ConnectOptions> options, std::string sql,
                                           std::chrono::milliseconds patience);

/// Connects, then runs the SELECT in a read-only transaction, without the migration lock, and returns its rows. As
/// above, no timeout applies.
[[nodiscard]] Task<Rows> run_migration_check(std::shared_ptr<PgConnection> connection,
                                             std::shared_ptr<const ConnectOptions> options, std::string sql);

}  // namespace gatehouse::database::postgres
