#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/database.hpp"
#include "database/postgres/connection_pool.hpp"

namespace gatehouse::database::postgres {

/// The port over one io thread's connection pool. See Database for the contract and Pipeline for how calls travel.
///
/// A serialization failure or deadlock, which the server rolled back, is run again up to three times by the driver,
/// after up to 100 ms each time; then it is Unavailable{overload}. Destroying the database ends what is in flight with
/// Unavailable{stopped}.
class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options, PoolLimits limits,
                   DriverLog log, BackOff back_off);
  ~PostgresDatabase() override;

  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters) override;
  [[nodiscard]] Task<std::expected<Rows, Violation>> execute(const Statement& statement,
                                                             Parameters parameters) override;
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> batch(std::vector<Command> commands,
                                                                        std::string announcement) override;
  [[nodiscard]] Task<std::expected<void, Violation>> run_script(std::string sql) override;
  [[nodiscard]] Task<Rows> run_check(std::string sql) override;
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgres; }

 private:
  /// Not the pool's: for what has no deadline. It is closed with the database at the latest.
  [[nodiscard]] std::shared_ptr<PgConnection> make_connection();

  boost::asio::io_context& io_;
  const std::shared_ptr<const ConnectOptions> options_;
  const std::shared_ptr<ConnectionPool> pool_;
  std::vector<std::weak_ptr<PgConnection>> own_connections_;  ///< of make_connection()
};

}  // namespace gatehouse::database::postgres
