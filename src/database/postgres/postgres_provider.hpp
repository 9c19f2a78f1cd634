#pragma once

#include <memory>

#include "crypto/random.hpp"
#include "database/database_settings.hpp"
#include "database/driver_log.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/connection_pool.hpp"
#include "database/postgres/pool_share.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/postgres/standby_reader.hpp"
#include "database/provider.hpp"

namespace gatehouse::database::postgres {

/// PostgreSQL 13 or later, or a server that speaks its protocol, opened once for the process.
///
/// Each open() takes its share_of() DB_POOL_MIN and DB_POOL_MAX, at least one connection; the two that watch() holds
/// are within DB_POOL_MAX, unless there are too many io threads. An open_beside() takes one more, and so does
/// open_schema(); each migration's script or check takes another while it runs. Each load() of an open_bulk() takes
/// one. Each standby of DB_REPLICA_HOSTS gets as many as the primary does from an open(), once a read may go there.
class PostgresProvider final : public Provider {
 public:
  /// `random` outlives the provider; it spreads reconnects and names the feed's private channel.
  PostgresProvider(const DatabaseSettings& settings, DriverLog log, crypto::Random& random);

  [[nodiscard]] std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) override;
  [[nodiscard]] std::unique_ptr<SchemaDatabase> open_schema(boost::asio::io_context& io) override;
  [[nodiscard]] std::unique_ptr<BulkDatabase> open_bulk(boost::asio::io_context& io) override;
  [[nodiscard]] std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io) override;
  void ring_by(FeedRing::Sink sink) override { announcing_->ring.set(std::move(sink)); }
  [[nodiscard]] Load load() const override { return load_.read(); }
  [[nodiscard]] std::span<const std::shared_ptr<StandbyFigures>> standbys() const override;
  [[nodiscard]] Task<std::vector<StandbyFinding>> check_standbys(boost::asio::io_context& io) override;

 private:
  [[nodiscard]] std::shared_ptr<ConnectionPool> make_pool(boost::asio::io_context& io, PoolShare share, DriverLog log);
  /// One for each standby; their calls end after `timeout`.
  [[nodiscard]] std::vector<std::shared_ptr<ConnectionPool>> make_standby_pools(boost::asio::io_context& io,
                                                                                PoolShare share,
                                                                                std::chrono::milliseconds timeout);
  [[nodiscard]] std::shared_ptr<ConnectionPool> make_feed_pool(boost::asio::io_context& io);
  [[nodiscard]] std::uint32_t seed();

  const std::shared_ptr<const ConnectOptions> query_options_;
  const std::shared_ptr<const ConnectOptions> schema_options_;
  const std::shared_ptr<const ConnectOptions> feed_listen_options_;
  const std::shared_ptr<const ConnectOptions> feed_probe_options_;
  const std::shared_ptr<const ConnectOptions> row_feed_options_;
  const PoolShare pool_;
  const std::chrono::milliseconds idle_timeout_;
  const std::chrono::milliseconds query_timeout_;
  const std::uint32_t queue_max_;
  ConnectionNeed need_;          ///< of every pool of the primary
  LoadSum load_;                 ///< likewise
  ConnectionNeed standby_need_;  ///< of the standbys' pools; nothing else waits for it
  LoadSum standby_load_;
  ConnectionNeed feed_need_;  ///< of the pool of a feed that reads rows, likewise
  LoadSum feed_load_;         ///< likewise
  const DriverLog log_;
  crypto::Random& random_;
  const SystemBootClock clock_;                                                    ///< the change feed's
  const std::shared_ptr<Standbys> standbys_;                                       ///< null if there are none
  const std::shared_ptr<Announcing> announcing_ = std::make_shared<Announcing>();  ///< shared with calls under way
};

}  // namespace gatehouse::database::postgres
