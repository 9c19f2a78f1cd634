#include "database/postgres/script.hpp"

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

namespace {

// "gatehous" in ASCII: the key of the advisory lock that migrations hold. Every version of Gatehouse must use the same.
constexpr std::int64_t migration_lock = 0x67617465686f7573;

// Of the transaction and not of the session, which belongs to others behind a pooler.
constexpr std::string_view no_statement_timeout = "SET LOCAL statement_timeout = 0;";

Unavailable connection_lost(const PgConnection& connection) {
  return Unavailable{Unavailable::Reason::connection, connection.error_message()};
}

[[noreturn]] void throw_refusal(const SqlError& error) {
  throw ConstraintViolation{violation_or_throw(classify(error))};
}

}  // namespace

Task<std::optional<SqlError>> run_simple(std::shared_ptr<PgConnection> connection, std::string sql) {
  if (!connection->send_script(sql)) throw connection_lost(*connection);
  co_await connection->flush_all();
  std::optional<SqlError> first_error;
  while (true) {
    const PgResult result = co_await connection->next_result();
    if (result.kind() == PgResult::Kind::nothing) co_return first_error;
    if (result.kind() == PgResult::Kind::failed && !first_error) first_error = result.error();
  }
}

Task<std::expected<void, Violation>> run_migration_script(std::shared_ptr<PgConnection> connection,
                                                          std::shared_ptr<const ConnectOptions> options,
                                                          std::string sql) {
  co_await connection->connect(std::move(options));
  // The line break ends a comment the script may end with. A script may remove anything, so caches start anew: no
  // announcement of theirs reads 'schema'.
  std::string script = "BEGIN;" + std::string{no_statement_timeout} + "SELECT pg_advisory_xact_lock(" +
                       std::to_string(migration_lock) + ");\n" + sql + "\n;NOTIFY " +
                       std::string{announcement_channel} + ", 'schema'; COMMIT";
  const auto error = co_await run_simple(connection, std::move(script));
  connection->close();
  if (error) co_return std::unexpected(violation_or_throw(classify(*error)));
  co_return std::expected<void, Violation>{};
}

Task<Rows> run_migration_check(std::shared_ptr<PgConnection> connection, std::shared_ptr<const ConnectOptions> options,
                               std::string sql) {
  co_await connection->connect(std::move(options));
  std::string begin = "BEGIN READ ONLY;" + std::string{no_statement_timeout};
  if (const auto error = co_await run_simple(connection, std::move(begin))) throw_refusal(*error);
  auto rows = co_await connection->select(std::move(sql));
  if (!rows) throw_refusal(rows.error());
  // A pooler gives up a server connection that is left in a transaction.
  std::string end = "COMMIT";
  if (const auto error = co_await run_simple(connection, std::move(end))) throw_refusal(*error);
  connection->close();
  co_return *std::move(rows);
}

}  // namespace gatehouse::database::postgres
