#include "database/postgres/postgres_schema_database.hpp"

#include "database/postgres/script.hpp"

namespace gatehouse::database::postgres {

PostgresSchemaDatabase::PostgresSchemaDatabase(boost::asio::io_context& io,
                                               std::shared_ptr<const ConnectOptions> options,
                                               std::shared_ptr<ConnectionPool> pool)
    : io_(io), options_(std::move(options)), pool_(std::move(pool)) {
  pool_->start();
}

PostgresSchemaDatabase::~PostgresSchemaDatabase() {
  pool_->stop();
  for (const auto& weak : own_connections_) {
    if (const auto connection = weak.lock()) connection->close();
  }
}

Task<Rows> PostgresSchemaDatabase::query(const Statement& statement, Parameters parameters) {
  return pool_->query(statement, std::move(parameters));
}

Task<std::expected<void, Violation>> PostgresSchemaDatabase::run_script(std::string sql) {
  return run_migration_script(make_connection(), options_, std::move(sql));
}

Task<Rows> PostgresSchemaDatabase::run_check(std::string sql) {
  return run_migration_check(make_connection(), options_, std::move(sql));
}

std::shared_ptr<PgConnection> PostgresSchemaDatabase::make_connection() {
  std::erase_if(own_connections_, [](const auto& weak) { return weak.expired(); });
  auto connection = PgConnection::create(io_);
  own_connections_.push_back(connection);
  return connection;
}

}  // namespace gatehouse::database::postgres
