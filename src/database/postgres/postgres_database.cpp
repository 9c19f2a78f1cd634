#include "database/postgres/postgres_database.hpp"

#include "database/postgres/announcements.hpp"
#include "database/postgres/script.hpp"

namespace gatehouse::database::postgres {

namespace {

/// Throws what the port throws.
std::optional<Violation> violation_of(const Call& call) {
  if (!call.failure) return std::nullopt;
  return violation_or_throw(*call.failure);
}

}  // namespace

PostgresDatabase::PostgresDatabase(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options,
                                   PoolLimits limits, DriverLog log, BackOff back_off)
    : io_(io),
      options_(std::move(options)),
      pool_(std::make_shared<ConnectionPool>(io, options_, limits, std::move(log), back_off)) {
  pool_->start();
}

PostgresDatabase::~PostgresDatabase() {
  pool_->stop();
  for (const auto& weak : own_connections_) {
    if (const auto connection = weak.lock()) connection->close();
  }
}

// These coroutines may be resumed after the database is gone, so after perform() they touch only their own frames.

Task<Rows> PostgresDatabase::query(const Statement& statement, Parameters parameters) {
  const Command command{&statement, std::move(parameters)};
  Rows rows;
  Call call{Call::Kind::read, {&command, 1}, {&rows, 1}};
  co_await pool_->perform(call);
  if (violation_of(call)) throw StatementFailed{"a query must not violate a constraint"};
  co_return std::move(rows);
}

Task<std::expected<Rows, Violation>> PostgresDatabase::execute(const Statement& statement, Parameters parameters) {
  const Command command{&statement, std::move(parameters)};
  Rows rows;
  Call call{Call::Kind::write, {&command, 1}, {&rows, 1}};
  co_await pool_->perform(call);
  if (const auto violation = violation_of(call)) co_return std::unexpected(*violation);
  co_return std::move(rows);
}

Task<std::expected<std::vector<Rows>, Violation>> PostgresDatabase::batch(std::vector<Command> commands,
                                                                          std::string announcement) {
  const auto results = commands.size();
  if (!announcement.empty()) commands.push_back({&announce, {std::move(announcement)}});
  std::vector<Rows> rows(commands.size());
  if (commands.empty()) co_return std::move(rows);
  Call call{Call::Kind::write, commands, rows};
  co_await pool_->perform(call);
  if (const auto violation = violation_of(call)) co_return std::unexpected(*violation);
  rows.resize(results);
  co_return std::move(rows);
}

Task<std::expected<void, Violation>> PostgresDatabase::run_script(std::string sql) {
  return run_migration_script(make_connection(), options_, std::move(sql));
}

Task<Rows> PostgresDatabase::run_check(std::string sql) {
  return run_migration_check(make_connection(), options_, std::move(sql));
}

std::shared_ptr<PgConnection> PostgresDatabase::make_connection() {
  std::erase_if(own_connections_, [](const auto& weak) { return weak.expired(); });
  auto connection = PgConnection::create(io_);
  own_connections_.push_back(connection);
  return connection;
}

}  // namespace gatehouse::database::postgres
