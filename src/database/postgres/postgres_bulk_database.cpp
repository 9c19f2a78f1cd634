#include "database/postgres/postgres_bulk_database.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "database/postgres/copy_format.hpp"
#include "database/postgres/script.hpp"
#include "database/postgres/sql_error.hpp"

namespace gatehouse::database::postgres {
namespace {

constexpr std::chrono::milliseconds statement_timeout{60'000};

/// Writes of this size leave it to the triggers to announce the changes.
std::shared_ptr<const ConnectOptions> without_session_settings(const ConnectOptions& options) {
  ConnectOptions own{options.servers, options.keywords, options.password.clone(), options.timeout};
  own.first = options.first;
  own.newest_timeline = options.newest_timeline;
  own.lock_timeout = options.lock_timeout;
  return std::make_shared<const ConnectOptions>(std::move(own));
}

/// The settings belong to the transaction and not to the session, which other clients share behind a pooler.
std::string begin_script(const StagingTable& table, std::chrono::milliseconds lock_timeout) {
  return "BEGIN; SET LOCAL statement_timeout = " + std::to_string(statement_timeout.count()) +
         "; SET LOCAL lock_timeout = " + std::to_string(lock_timeout.count()) + "; " + std::string{table.create.sql} +
         " ON COMMIT DROP";
}

using Error = std::optional<SqlError>;

/// Nothing if all of it went well; then the server has the rows. `rows` outlives the coroutine.
Task<Error> copy_rows(std::shared_ptr<PgConnection> connection, const StagedRows& rows) {
  const auto lost = [&connection] { return Unavailable{Unavailable::Reason::connection, connection->error_message()}; };
  const std::string sql =
      "COPY " + std::string{rows.table.name} + " (" + std::string{rows.table.columns} + ") FROM STDIN (FORMAT binary)";
  if (!connection->send_script(sql)) throw lost();
  co_await connection->flush_all();
  Error error;
  while (true) {
    const PgResult result = co_await connection->next_result();
    if (result.kind() == PgResult::Kind::nothing) co_return error;
    if (result.kind() == PgResult::Kind::failed) error = result.error();
    if (result.kind() != PgResult::Kind::copying) continue;
    const std::string bytes = encode_copy(rows.rows);
    if (!connection->send_copy(bytes)) throw lost();
    co_await connection->flush_all();
  }
}

/// Everything after the BEGIN, in a transaction that was begun. `rows` and `results` outlive the coroutine.
Task<Error> run_all(std::shared_ptr<PgConnection> connection, const StagedRows& rows, std::vector<Command> commands,
                    std::vector<Rows>& results) {
  Error failed = co_await copy_rows(connection, rows);
  if (failed) co_return failed;
  for (Command& command : commands) {
    auto result = co_await connection->run(std::move(command));
    if (!result) co_return std::move(result.error());
    results.push_back(*std::move(result));
  }
  std::string commit = "COMMIT";
  failed = co_await run_simple(connection, std::move(commit));
  co_return failed;
}

}  // namespace

PostgresBulkDatabase::PostgresBulkDatabase(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options)
    : io_(io), options_(without_session_settings(*options)) {}

PostgresBulkDatabase::~PostgresBulkDatabase() {
  if (const auto connection = connection_.lock()) connection->close();
}

Task<std::expected<std::vector<Rows>, Violation>> PostgresBulkDatabase::write(StagedRows rows,
                                                                              std::vector<Command> commands) {
  const auto connection = PgConnection::create(io_);
  connection_ = connection;
  std::string begin = begin_script(rows.table, options_->lock_timeout);
  co_await connection->connect(options_);
  std::vector<Rows> results;
  Error error = co_await run_simple(connection, std::move(begin));
  if (!error) error = co_await run_all(connection, rows, std::move(commands), results);
  // A pooler gives up a server connection that is left in a transaction.
  std::string rollback = "ROLLBACK";
  if (error) (void)co_await run_simple(connection, std::move(rollback));
  connection->close();
  if (error) co_return std::unexpected(violation_or_throw(classify(*error)));
  co_return std::move(results);
}

}  // namespace gatehouse::database::postgres
