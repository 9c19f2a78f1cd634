#include "database/postgres/postgres_provider.hpp"

#include <algorithm>
#include <array>

#include "database/postgres/libpq.hpp"
#include "database/postgres/postgres_bulk_database.hpp"
#include "database/postgres/postgres_change_feed.hpp"
#include "database/postgres/postgres_database.hpp"
#include "database/postgres/postgres_schema_database.hpp"

namespace gatehouse::database::postgres {

namespace {

// A feed that cannot connect costs only the cache, and tries again at once.
constexpr std::chrono::milliseconds feed_connect_timeout_max{5'000};

// The server ends what this side gave up on, but only after this side has.
constexpr std::chrono::milliseconds server_patience{1'000};

std::shared_ptr<const ConnectOptions> for_queries(const DatabaseSettings& settings) {
  ConnectOptions options = options_for_queries(settings.postgres);
  options.lock_timeout = std::min(settings.lock_timeout, settings.query_timeout / 2);
  if (settings.postgres.prepared_statements) options.statement_timeout = settings.query_timeout + server_patience;
  return std::make_shared<const ConnectOptions>(std::move(options));
}

bool is_same(const ServerAddress& one, const ServerAddress& other) {
  return one.host == other.host && one.port == other.port;
}

/// A feed that asks the servers of the queries learns from these where the primary is.
std::shared_ptr<const ConnectOptions> for_feed(ConnectOptions options, const ConnectOptions& queries) {
  if (std::ranges::equal(options.servers, queries.servers, is_same)) options.first = queries.first;
  options.timeout = std::min(options.timeout, feed_connect_timeout_max);
  return std::make_shared<const ConnectOptions>(std::move(options));
}

}  // namespace

PostgresProvider::PostgresProvider(const DatabaseSettings& settings, DriverLog log, crypto::Random& random)
    : query_options_(for_queries(settings)),
      feed_listen_options_(for_feed(options_for_listening(settings.postgres), *query_options_)),
      feed_probe_options_(for_feed(options_for_queries(settings.postgres), *query_options_)),
      pool_{.connections_min = settings.postgres.pool_min, .connections_max = settings.postgres.pool_max},
      idle_timeout_(settings.postgres.idle_timeout),
      query_timeout_(settings.query_timeout),
      queue_max_(settings.queue_max),
      log_(or_silent(std::move(log))),
      random_(random) {
  (void)libpq();  // where it is missing, the start says so
}

std::unique_ptr<Database> PostgresProvider::open(boost::asio::io_context& io, unsigned sharers) {
  return std::make_unique<PostgresDatabase>(observers(), make_pool(io, share_of(pool_, sharers), log_));
}

std::unique_ptr<SchemaDatabase> PostgresProvider::open_schema(boost::asio::io_context& io) {
  // In silence: where the database is away, the pools of the io threads say so, or the caller who gets Unavailable.
  auto pool = make_pool(io, PoolShare{.connections_min = 1, .connections_max = 1}, or_silent({}));
  return std::make_unique<PostgresSchemaDatabase>(io, query_options_, std::move(pool));
}

std::unique_ptr<BulkDatabase> PostgresProvider::open_bulk(boost::asio::io_context& io) {
  return std::make_unique<PostgresBulkDatabase>(io, query_options_);
}

std::shared_ptr<ConnectionPool> PostgresProvider::make_pool(boost::asio::io_context& io, PoolShare share,
                                                            DriverLog log) {
  const PoolLimits limits{share, queue_max_, query_timeout_, idle_timeout_};
  return std::make_shared<ConnectionPool>(io, query_options_, limits, need_, load_, std::move(log), BackOff{seed()});
}

std::unique_ptr<ChangeFeed> PostgresProvider::watch(boost::asio::io_context& io) {
  std::array<std::byte, 8> name{};
  random_.fill(name);
  return std::make_unique<PostgresChangeFeed>(io, FeedEndpoints{feed_listen_options_, feed_probe_options_}, need_,
                                              observers(), log_, name, BackOff{seed()});
}

std::uint32_t PostgresProvider::seed() {
  std::array<std::byte, sizeof(std::uint32_t)> bytes{};
  random_.fill(bytes);
  return std::bit_cast<std::uint32_t>(bytes);
}

}  // namespace gatehouse::database::postgres
