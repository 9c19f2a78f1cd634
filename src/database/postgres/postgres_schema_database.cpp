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

Task<std::expected<void, ScriptRefusal>> PostgresSchemaDatabase::run_scripts(std::vector<ScriptStep> steps) {
  return run_migration_scripts(make_connection(), options_, std::move(steps));
}

Task<> PostgresSchemaDatabase::run_alone(std::string sql) {
  return run_statement_alone(make_connection(), options_, std::move(sql));
}

Task<bool> PostgresSchemaDatabase::run_beside(std::string sql, std::chrono::milliseconds patience) {
  return run_script_beside(make_connection(), options_, std::move(sql), patience);
}

Task<std::vector<std::string>> PostgresSchemaDatabase::list_others() {
  // The pool has one connection, and no script's is open now, so every other one is somebody else's.
  static constexpr Statement others{
      "schema_others",
      "SELECT application_name || ', ' || coalesce(host(client_addr), 'this machine') || ', ' || count(*) || "
      "CASE count(*) WHEN 1 THEN ' connection' ELSE ' connections' END "
      "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() "
      "AND application_name = current_setting('application_name') GROUP BY application_name, client_addr ORDER BY 1"};
  Parameters none;
  const Rows rows = co_await pool_->query(others, std::move(none));
  std::vector<std::string> list;
  list.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) list.emplace_back(rows[i].text(0));
  co_return list;
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
