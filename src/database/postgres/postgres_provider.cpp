#include "database/postgres/postgres_provider.hpp"

#include <algorithm>
#include <array>

#include "database/postgres/feed_probe.hpp"
#include "database/postgres/libpq.hpp"
#include "database/postgres/postgres_bulk_database.hpp"
#include "database/postgres/postgres_change_feed.hpp"
#include "database/postgres/postgres_row_feed.hpp"
#include "database/postgres/postgres_schema_database.hpp"
#include "database/postgres/standby_check.hpp"

namespace gatehouse::database::postgres {

namespace {

// A feed that cannot connect costs only the cache, and tries again at once.
constexpr std::chrono::milliseconds feed_connect_timeout_max{5'000};

// The server ends what this side gave up on, but only after this side has.
constexpr std::chrono::milliseconds server_patience{1'000};

std::shared_ptr<const ConnectOptions> for_queries(const DatabaseSettings& settings) {
  ConnectOptions options = options_for_queries(settings.postgres);
  options.lock_timeout = std::min(settings.lock_timeout, settings.query_timeout / 2);
  if (settings.change_feed == ChangeFeedKind::redis) options.announces = "rows";
  if (settings.postgres.prepared_statements) options.statement_timeout = settings.query_timeout + server_patience;
  return std::make_shared<const ConnectOptions>(std::move(options));
}

/// For the schema's own connections, which have no statement_timeout: an index of a large table takes longer than a
/// query may. A session behind a pooler belongs to others and is left as it is.
std::shared_ptr<const ConnectOptions> for_schema(const PostgresSettings& settings, const ConnectOptions& queries) {
  ConnectOptions options = options_for_queries(settings);
  if (queries.statement_timeout) options.statement_timeout = std::chrono::milliseconds{0};
  options.announces = queries.announces;
  options.first = queries.first;
  options.newest_timeline = queries.newest_timeline;
  return std::make_shared<const ConnectOptions>(std::move(options));
}

bool is_same(const ServerAddress& one, const ServerAddress& other) {
  return one.host == other.host && one.port == other.port;
}

/// A feed on the same servers as queries learns from these where the primary is, and which one was left behind.
std::shared_ptr<const ConnectOptions> for_feed(ConnectOptions options, const ConnectOptions& queries) {
  if (std::ranges::equal(options.servers, queries.servers, is_same)) {
    options.first = queries.first;
    options.newest_timeline = queries.newest_timeline;
  }
  options.timeout = std::min(options.timeout, feed_connect_timeout_max);
  return std::make_shared<const ConnectOptions>(std::move(options));
}

/// A feed that reads rows connects like the queries, with its own deadlines.
std::shared_ptr<const ConnectOptions> for_row_feed(const PostgresSettings& settings, const ConnectOptions& queries) {
  ConnectOptions options = options_for_queries(settings);
  options.lock_timeout = FeedProbe::deadline / 2;
  if (queries.statement_timeout) options.statement_timeout = FeedProbe::deadline + server_patience;
  options.announces = queries.announces;
  return for_feed(std::move(options), queries);
}

std::shared_ptr<Standbys> make_standbys(const PostgresSettings& settings, const ConnectOptions& queries,
                                        const BootClock& clock) {
  const auto servers = standbys_of(settings);
  return servers.empty() ? nullptr : std::make_shared<Standbys>(servers, queries, clock);
}

// A silent standby costs the reads on their way this much time and no more; then its connections are closed.
constexpr std::chrono::milliseconds standby_timeout_max{500};

/// The log of one standby's pool, whose events must not look like the primary's.
DriverLog log_of_standby(const DriverLog& log, const std::string& name) {
  return [log, name](telemetry::Level level, std::string_view event, std::string_view detail) {
    const bool is_connected = event == "postgres_connected";
    log(level, is_connected ? "standby_connected" : "standby_away", name + ": " + std::string{detail});
  };
}

}  // namespace

PostgresProvider::PostgresProvider(const DatabaseSettings& settings, DriverLog log, crypto::Random& random)
    : query_options_(for_queries(settings)),
      schema_options_(for_schema(settings.postgres, *query_options_)),
      feed_listen_options_(for_feed(options_for_listening(settings.postgres), *query_options_)),
      feed_probe_options_(for_feed(options_for_queries(settings.postgres), *query_options_)),
      row_feed_options_(for_row_feed(settings.postgres, *query_options_)),
      pool_{.connections_min = settings.postgres.pool_min, .connections_max = settings.postgres.pool_max},
      idle_timeout_(settings.postgres.idle_timeout),
      query_timeout_(settings.query_timeout),
      queue_max_(settings.queue_max),
      log_(or_silent(std::move(log))),
      random_(random),
      standbys_(make_standbys(settings.postgres, *query_options_, clock_)) {
  announcing_->way = settings.change_feed;
  (void)libpq();                                        // if it is missing, the start says so
  if (standbys_) observers().add(standbys_->wanted());  // before every cache, see WantedPosition
}

std::unique_ptr<Database> PostgresProvider::open(boost::asio::io_context& io, unsigned sharers) {
  const PoolShare share = share_of(pool_, sharers);
  auto pool = make_pool(io, share, log_);
  std::shared_ptr<StandbyReader> standbys;
  if (standbys_) {
    const auto timeout = std::min(standby_timeout_max, query_timeout_ / 4);
    StandbyReader::Pools pools{.primary = pool, .standbys = make_standby_pools(io, share, timeout)};
    standbys = std::make_shared<StandbyReader>(io, standbys_, std::move(pools));
  }
  return std::make_unique<PostgresDatabase>(observers(), std::move(pool), std::move(standbys), announcing_);
}

std::unique_ptr<SchemaDatabase> PostgresProvider::open_schema(boost::asio::io_context& io) {
  // Without a log: if the database is unreachable, the io threads' pools say so, or the caller, who gets Unavailable.
  auto pool = make_pool(io, PoolShare{.connections_min = 1, .connections_max = 1}, or_silent({}));
  return std::make_unique<PostgresSchemaDatabase>(io, schema_options_, std::move(pool));
}

std::unique_ptr<BulkDatabase> PostgresProvider::open_bulk(boost::asio::io_context& io) {
  return std::make_unique<PostgresBulkDatabase>(io, query_options_);
}

std::shared_ptr<ConnectionPool> PostgresProvider::make_pool(boost::asio::io_context& io, PoolShare share,
                                                            DriverLog log) {
  const PoolLimits limits{share, queue_max_, query_timeout_, idle_timeout_};
  return std::make_shared<ConnectionPool>(io, query_options_, limits, need_, load_, std::move(log),
                                          runtime::BackOff{seed()});
}

std::vector<std::shared_ptr<ConnectionPool>> PostgresProvider::make_standby_pools(boost::asio::io_context& io,
                                                                                  PoolShare share,
                                                                                  std::chrono::milliseconds timeout) {
  const PoolLimits limits{share, queue_max_, timeout, idle_timeout_};
  std::vector<std::shared_ptr<ConnectionPool>> pools;
  for (std::size_t i = 0; i < standbys_->size(); ++i) {
    auto log = log_of_standby(log_, standbys_->figures(i).name());
    pools.push_back(std::make_shared<ConnectionPool>(io, standbys_->options(i), limits, standby_need_, standby_load_,
                                                     std::move(log), runtime::BackOff{seed()}));
  }
  return pools;
}

Task<std::vector<StandbyFinding>> PostgresProvider::check_standbys(boost::asio::io_context& io) {
  if (!standbys_) return Provider::check_standbys(io);
  constexpr PoolShare one{.connections_min = 1, .connections_max = 1};
  StandbyReader::Pools pools{.primary = make_pool(io, one, or_silent({})),
                             .standbys = make_standby_pools(io, one, query_timeout_)};
  return postgres::check_standbys(standbys_, std::move(pools));
}

std::span<const std::shared_ptr<StandbyFigures>> PostgresProvider::standbys() const {
  if (!standbys_) return {};
  return standbys_->all_figures();
}

/// Without a log: the pools of the io threads say if the database is unreachable, and the feed why it hears nothing.
std::shared_ptr<ConnectionPool> PostgresProvider::make_feed_pool(boost::asio::io_context& io) {
  constexpr std::uint32_t calls_max = 16;
  const PoolLimits limits{
      {.connections_min = 1, .connections_max = feed_connections}, calls_max, FeedProbe::deadline, idle_timeout_};
  return std::make_shared<ConnectionPool>(io, row_feed_options_, limits, feed_need_, feed_load_, or_silent({}),
                                          runtime::BackOff{seed()});
}

std::unique_ptr<ChangeFeed> PostgresProvider::watch(boost::asio::io_context& io) {
  if (announcing_->way == ChangeFeedKind::redis) {
    return std::make_unique<PostgresRowFeed>(
        PostgresRowFeed::Parts{.io = io,
                               .make_pool = [this, &io] { return make_feed_pool(io); },
                               .need = need_,
                               .observers = observers(),
                               .log = log_,
                               .seed = seed()});
  }
  std::array<std::byte, 8> name{};
  random_.fill(name);
  return std::make_unique<PostgresChangeFeed>(io, FeedEndpoints{feed_listen_options_, feed_probe_options_}, need_,
                                              observers(), log_, name, runtime::BackOff{seed()});
}

std::uint32_t PostgresProvider::seed() {
  std::array<std::byte, sizeof(std::uint32_t)> bytes{};
  random_.fill(bytes);
  return std::bit_cast<std::uint32_t>(bytes);
}

}  // namespace gatehouse::database::postgres
