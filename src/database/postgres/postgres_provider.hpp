#pragma once

#include <memory>

#include "crypto/random.hpp"
#include "database/database_settings.hpp"
#include "database/driver_log.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/connection_pool.hpp"
#include "database/postgres/pool_share.hpp"
#include "database/provider.hpp"

namespace gatehouse::database::postgres {

/// PostgreSQL 13 or later, or what speaks its protocol, opened once for the process.
///
/// Each open() takes its share_of() DB_POOL_MIN and DB_POOL_MAX, at least one connection; the two that watch() holds
/// are within DB_POOL_MAX, unless there are too many io threads. An open_beside() takes one connection besides, so does
/// open_schema(), and each migration's script or check one more while it runs. Each load() of an open_bulk() takes one.
class PostgresProvider final : public Provider {
 public:
  /// `random` outlives the provider; it spreads reconnects and names the feed's private channel.
  PostgresProvider(const DatabaseSettings& settings, DriverLog log, crypto::Random& random);

  [[nodiscard]] std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) override;
  [[nodiscard]] std::unique_ptr<SchemaDatabase> open_schema(boost::asio::io_context& io) override;
  [[nodiscard]] std::unique_ptr<BulkDatabase> open_bulk(boost::asio::io_context& io) override;
  [[nodiscard]] std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io) override;
  [[nodiscard]] Load load() const override { return load_.read(); }

 private:
  [[nodiscard]] std::shared_ptr<ConnectionPool> make_pool(boost::asio::io_context& io, PoolShare share, DriverLog log);
  [[nodiscard]] std::uint32_t seed();

  const std::shared_ptr<const ConnectOptions> query_options_;
  const std::shared_ptr<const ConnectOptions> feed_listen_options_;
  const std::shared_ptr<const ConnectOptions> feed_probe_options_;
  const PoolShare pool_;
  const std::chrono::milliseconds idle_timeout_;
  const std::chrono::milliseconds query_timeout_;
  const std::uint32_t queue_max_;
  ConnectionNeed need_;  ///< of every pool
  LoadSum load_;         ///< likewise
  const DriverLog log_;
  crypto::Random& random_;
};

}  // namespace gatehouse::database::postgres
