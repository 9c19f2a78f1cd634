#include "database/postgres/script.hpp"

#include "database/postgres/announcements.hpp"

namespace gatehouse::database::postgres {

namespace {

// "gatehous" in ASCII: the key of the advisory lock that migrations hold. Every version of Gatehouse must use the same.
constexpr std::int64_t migration_lock = 0x67617465686f7573;

struct ThrowFailure {
  std::expected<void, Violation> operator()(Violation violation) const { return std::unexpected(violation); }
  std::expected<void, Violation> operator()(const Unavailable& failure) const { throw failure; }
  std::expected<void, Violation> operator()(const StatementFailed& failure) const { throw failure; }
};

Task<> flush_all(std::shared_ptr<PgConnection> connection) {
  for (;;) {
    const auto state = connection->flush();
    if (state == PgConnection::Flush::done) co_return;
    if (state == PgConnection::Flush::broken) {
      throw Unavailable{Unavailable::Reason::connection, connection->error_message()};
    }
    co_await connection->until_writable();
  }
}

}  // namespace

Task<std::optional<SqlError>> run_simple(std::shared_ptr<PgConnection> connection, std::string sql) {
  if (!connection->send_script(sql)) {
    throw Unavailable{Unavailable::Reason::connection, connection->error_message()};
  }
  co_await flush_all(connection);
  std::optional<SqlError> first_error;
  for (;;) {
    while (connection->busy()) {
      co_await connection->until_readable();
      if (!connection->receive()) throw Unavailable{Unavailable::Reason::connection, connection->error_message()};
    }
    const PgResult result = connection->take_result();
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
  std::string script = "BEGIN; SELECT pg_advisory_xact_lock(" + std::to_string(migration_lock) + ");\n" + sql +
                       "\n;NOTIFY " + std::string{announcement_channel} + ", 'schema'; COMMIT";
  const auto error = co_await run_simple(connection, std::move(script));
  connection->close();
  if (error) co_return std::visit(ThrowFailure{}, classify(*error));
  co_return std::expected<void, Violation>{};
}

}  // namespace gatehouse::database::postgres
