#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/postgres/connection_pool.hpp"
#include "database/schema_database.hpp"

namespace gatehouse::database::postgres {

/// The migrator's port. Queries go through its own pool; each script and check, which have no deadline, goes through
/// its own connection, which ends with it. Destroying the database ends what is in flight with Unavailable{stopped}.
class PostgresSchemaDatabase final : public SchemaDatabase {
 public:
  PostgresSchemaDatabase(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options,
                         std::shared_ptr<ConnectionPool> pool);
  ~PostgresSchemaDatabase() override;
  PostgresSchemaDatabase(const PostgresSchemaDatabase&) = delete;
  PostgresSchemaDatabase& operator=(const PostgresSchemaDatabase&) = delete;

  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgres; }
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters) override;
  [[nodiscard]] Task<std::expected<void, ScriptRefusal>> run_scripts(std::vector<ScriptStep> steps) override;
  [[nodiscard]] Task<> run_alone(std::string sql) override;
  [[nodiscard]] Task<bool> run_beside(std::string sql, std::chrono::milliseconds patience) override;
  [[nodiscard]] Task<std::vector<std::string>> list_others() override;
  [[nodiscard]] Task<Rows> run_check(std::string sql) override;

 private:
  [[nodiscard]] std::shared_ptr<PgConnection> make_connection();

  boost::asio::io_context& io_;
  const std::shared_ptr<const ConnectOptions> options_;
  const std::shared_ptr<ConnectionPool> pool_;
  std::vector<std::weak_ptr<PgConnection>> own_connections_;  ///< of make_connection()
};

}  // namespace gatehouse::database::postgres
