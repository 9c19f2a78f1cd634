#include "database/postgres/postgres_database.hpp"

#include "database/postgres/announcements.hpp"
#include "database/postgres/script.hpp"

namespace gatehouse::database::postgres {

namespace {

/// Throws what the port throws; a violation is returned.
struct RaiseFailure {
  Violation operator()(Violation violation) const { return violation; }
  Violation operator()(const Unavailable& failure) const { throw failure; }
  Violation operator()(const StatementFailed& failure) const { throw failure; }
};

std::optional<Violation> violation_or_throw(const Call& call) {
  if (!call.failure) return std::nullopt;
  return std::visit(RaiseFailure{}, *call.failure);
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
  for (const auto& weak : scripts_) {
    if (const auto connection = weak.lock()) connection->close();
  }
}

// These coroutines may be resumed after the database is gone, so after perform() they touch only their own frames.

Task<Rows> PostgresDatabase::query(const Statement& statement, Parameters parameters) {
  const Command command{&statement, std::move(parameters)};
  Rows rows;
  Call call{Call::Kind::read, {&command, 1}, {&rows, 1}};
  co_await pool_->perform(call);
  if (violation_or_throw(call)) throw StatementFailed{"a query must not violate a constraint"};
  co_return std::move(rows);
}

Task<std::expected<Rows, Violation>> PostgresDatabase::execute(const Statement& statement, Parameters parameters) {
  const Command command{&statement, std::move(parameters)};
  Rows rows;
  Call call{Call::Kind::write, {&command, 1}, {&rows, 1}};
  co_await pool_->perform(call);
  if (const auto violation = violation_or_throw(call)) co_return std::unexpected(*violation);
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
  if (const auto violation = violation_or_throw(call)) co_return std::unexpected(*violation);
  rows.resize(results);
  co_return std::move(rows);
}

Task<std::expected<void, Violation>> PostgresDatabase::run_script(std::string sql) {
  std::erase_if(scripts_, [](const auto& weak) { return weak.expired(); });
  auto connection = PgConnection::create(io_);
  scripts_.push_back(connection);
  return run_migration_script(std::move(connection), options_, std::move(sql));
}

}  // namespace gatehouse::database::postgres
