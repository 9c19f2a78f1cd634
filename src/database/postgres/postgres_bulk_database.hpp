#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "database/bulk_database.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/pg_connection.hpp"

namespace gatehouse::database::postgres {

/// Fills the staging table with a binary COPY. Each load() opens its own connection, which ends with it. Destroying the
/// object ends what is in flight with Unavailable{stopped}.
///
/// The role needs the right to make temporary tables, which every role has unless somebody took it away.
class PostgresBulkDatabase final : public BulkDatabase {
 public:
  PostgresBulkDatabase(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options);
  ~PostgresBulkDatabase() override;
  PostgresBulkDatabase(const PostgresBulkDatabase&) = delete;
  PostgresBulkDatabase& operator=(const PostgresBulkDatabase&) = delete;

 protected:
  [[nodiscard]] Task<std::expected<std::vector<Rows>, Violation>> write(StagedRows rows,
                                                                        std::vector<Command> commands) override;

 private:
  boost::asio::io_context& io_;
  const std::shared_ptr<const ConnectOptions> options_;
  std::weak_ptr<PgConnection> connection_;  ///< of the last load()
};

}  // namespace gatehouse::database::postgres
