#include "service/process.hpp"

#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <bit>
#include <boost/asio/basic_signal_set.hpp>
#include <boost/asio/co_spawn.hpp>
#include <csignal>
#include <exception>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "database/schema/migration_plan.hpp"
#include "runtime/periodic.hpp"
#include "runtime/socket_reactor.hpp"
#include "runtime/steady_timer.hpp"
#include "service/failure_log.hpp"
#include "service/feed_keeper.hpp"
#include "service/feed_ringing.hpp"
#include "service/io_thread.hpp"
#include "service/jobs_thread.hpp"
#include "service/listening.hpp"
#include "service/metrics_listener.hpp"
#include "service/reload.hpp"
#include "service/ring_keeper.hpp"
#include "service/schema_startup.hpp"
#include "service/signals.hpp"
#include "service/slow_query_log.hpp"
#include "service/watchdog.hpp"
#include "service/wiring/metrics.hpp"
#include "service/wiring/shared_parts.hpp"

namespace gatehouse::service {
namespace {

namespace asio = boost::asio;
using SignalSet = asio::basic_signal_set<Executor>;
using EventLoops = std::vector<std::unique_ptr<asio::io_context>>;
using IoThreads = std::vector<std::unique_ptr<IoThread>>;

EventLoops make_event_loops(unsigned configured) {
  const unsigned count = configured != 0 ? configured : std::max(1U, std::thread::hardware_concurrency());
  EventLoops loops;
  for (unsigned i = 0; i < count; ++i) {
    loops.push_back(std::make_unique<asio::io_context>(1));
    asio::use_service<runtime::SocketReactor>(*loops.back());  // before anything waits on the loop
  }
  return loops;
}

/// What /health has to prove, and the log line when that changes.
HealthSource source_of_health(const ServeParts& parts) {
  const bool is_postgres = parts.settings.database.kind == database::DatabaseKind::postgres;
  const auto dialect = is_postgres ? database::Dialect::postgres : database::Dialect::sqlite;
  const auto report = [&log = parts.log](std::string_view reason) {
    if (reason.empty()) return log.info("healthy_again");
    log.warn("unhealthy", {{"reason", reason}});
  };
  return {.newest_migration = database::schema::newest_migration(parts.migrations, dialect), .on_change = report};
}

/// A core dump would hold every key and the passwords being checked.
void forbid_core_dumps() { prctl(PR_SET_DUMPABLE, 0); }

/// The serving process: io threads and the jobs thread over one database, and what they share. Members are destroyed in
/// reverse order, so that everything that posts to an event loop is destroyed before the loop, and what connections
/// refer to is destroyed after it.
class ServingProcess {
 public:
  explicit ServingProcess(const ServeParts& parts);
  ~ServingProcess();
  ServingProcess(const ServingProcess&) = delete;
  ServingProcess& operator=(const ServingProcess&) = delete;

  /// Runs until a signal ends it and the last request is answered. Returns the process's exit code. Throws
  /// std::runtime_error if it is not possible to listen on HOST and PORT, or on LISTEN_UNIX.
  int run();

 private:
  /// Within schema_patience a schema is nearly always ready, even on a busy machine. If the service listens only then,
  /// its clients need not see a 503. While the database is unavailable, there is nothing to wait for.
  static constexpr std::chrono::seconds schema_patience{10};
  static constexpr std::chrono::seconds absence_patience{1};
  static constexpr std::chrono::milliseconds turn_of_others{20};

  [[nodiscard]] IoThreads make_threads();
  [[nodiscard]] std::unique_ptr<FeedRinging> make_feed_ringing();
  void watch_changes();
  [[nodiscard]] Task<> look_for_end_of_failures();
  void watch_failures();
  void watch_health();
  [[nodiscard]] IoThread& first() { return *threads_.front(); }
  void watch_loops();
  void warn_of_low_limit();
  void require_places();
  /// Prepares the schema, then starts the jobs that need it.
  [[nodiscard]] Task<> prepare_schema();
  void wait_for_schema();
  void listen();
  std::string share(http::Listener listener);
  void hand_round(http::Accepted accepted);
  void end_on_signal();
  void end_after(std::chrono::milliseconds delay);
  void reload_on_signal();
  void end(int exit_code);

  const ServeParts& parts_;
  SharedParts shared_;
  EventLoops loops_;
  asio::io_context jobs_loop_{1};
  std::unique_ptr<database::Provider> provider_;
  FailureLog failures_;
  SlowQueryLog slow_queries_;
  IoThreads threads_;
  std::unique_ptr<FeedRinging> feed_ringing_;  ///< with CHANGE_FEED=redis
  RingKeeper ring_keeper_;
  FeedKeeper feed_keeper_;
  std::optional<MetricsListener> metrics_;                     ///< if metrics have their own port
  std::unique_ptr<database::SchemaDatabase> schema_database_;  ///< until the schema is ready
  std::optional<SchemaStartup> schema_;                        ///< likewise
  JobsThread jobs_;
  std::unique_ptr<database::ChangeFeed> feed_;
  SignalSet signals_;
  std::optional<Watchdog> watchdog_;  ///< if the supervisor wants one
  runtime::SteadyTimer delay_;
  Reloader reloader_;
  SignalSet reload_signals_;
  bool is_prepared_ = false;  ///< the schema is ready, and so is the process as far as its database is concerned
  bool is_listening_ = false;
  std::vector<http::Listener> handed_sockets_;  ///< until it listens
  std::size_t turn_ = 0;                        ///< index in threads_ for the next connection that is handed round
  std::optional<int> exit_code_;                ///< set once the process is ending
};

ServingProcess::ServingProcess(const ServeParts& parts)
    : parts_(parts),
      shared_(parts.settings, parts.clock, parts.random, parts.openapi, source_of_health(parts)),
      loops_(make_event_loops(parts.settings.server.io_threads)),
      provider_(parts.open_provider()),
      failures_(parts.log),
      slow_queries_(parts.log, parts.settings.database.slow_query),
      threads_(make_threads()),
      feed_ringing_(make_feed_ringing()),
      ring_keeper_({.settings = {std::shared_ptr<const Settings>{}, &parts.settings},
                    .database = first().database(),
                    .bell = shared_.capabilities.key_bell,
                    .sealer = shared_.capabilities.key_sealer,
                    .feed = shared_.feed_proof,
                    .clock = parts.clock,
                    .random = parts.random,
                    .log = parts.log,
                    .turn =
                        [this](const std::shared_ptr<const TokenRing>& ring) {
                          for (const auto& thread : threads_) thread->use(ring);
                        }}),
      feed_keeper_(shared_.revocation_feed,
                   revocations::RevocationLog{first().database(), parts.clock, parts.settings.tokens.ttl}, parts.log),
      schema_database_(provider_->open_schema(first().io())),
      schema_(SchemaStartup::Parts{.schema = *schema_database_,
                                   .database = first().database(),
                                   .accounts = first().features().capabilities.accounts,
                                   .migrations = parts.migrations,
                                   .seeds = parts.settings.application.environment == config::Environment::development
                                                ? parts.seeds
                                                : std::span<const EmbeddedFile>{},
                                   .clock = parts.clock,
                                   .log = parts.log,
                                   .outages = parts.outages,
                                   .load = [this] { return ring_keeper_.renew(); },
                                   .ready = shared_.lifecycle.schema_ready}),
      jobs_(jobs_loop_, *provider_, parts.migrations, shared_, parts.log),
      signals_(*loops_.front(), SIGTERM, SIGINT),
      delay_(loops_.front()->get_executor()),
      reloader_({.settings = parts.settings,
                 .reread = parts.reread,
                 .clock = parts.clock,
                 .random = parts.random,
                 .password_rules = shared_.capabilities.password_rules,
                 .outbox = shared_.capabilities.outbox,
                 .log = parts.log}),
      reload_signals_(*loops_.front(), SIGHUP) {
  // Before the cache: the cache begins to wait for an entry from Redis before the epoch believes it, and so hears of
  // every change that the epoch had not yet heard of.
  if (parts.settings.redis.session_cache) provider_->observers().add(shared_.capabilities.epoch);
  provider_->observers().add(shared_.capabilities.cache);
  provider_->observers().add(shared_.capabilities.key_cache);
  provider_->observers().add(shared_.capabilities.mail_bell);
  provider_->observers().add(shared_.capabilities.key_bell);
  provider_->observers().add(shared_.revocation_feed.bell());
  provider_->observers().add(shared_.feed_proof);
  provider_->observers().add(shared_.capabilities.database_clock);
  provider_->observers().add(shared_.call_times);
  provider_->observers().add(slow_queries_);
  provider_->observers().add(shared_.revocation_times);
  provider_->observers().add(shared_.mail_counts);
  provider_->observers().add(shared_.event_counts);
  shared_.metrics = make_metrics(shared_, *provider_, parts.build);
  if (parts.settings.metrics.port != 0) metrics_.emplace(first().io(), shared_);
}

ServingProcess::~ServingProcess() {
  // Hashes that are still being computed are delivered to event loops that have stopped, and are destroyed with them.
  shared_.capabilities.hashing_pool.stop();
}

IoThreads ServingProcess::make_threads() {
  IoThreads threads;
  const auto count = static_cast<unsigned>(loops_.size());
  for (const auto& loop : loops_) {
    threads.push_back(
        std::make_unique<IoThread>(*loop, *provider_, count, shared_, parts_.log, failures_, parts_.log_queue));
  }
  return threads;
}

/// Null if changes are not announced as rows.
std::unique_ptr<FeedRinging> ServingProcess::make_feed_ringing() {
  const Settings& settings = parts_.settings;
  if (settings.database.change_feed != database::ChangeFeedKind::redis) return nullptr;
  std::array<std::byte, sizeof(std::uint32_t)> seed;
  parts_.random.fill(seed);
  auto ringing = std::make_unique<FeedRinging>(FeedRinging::Parts{.io = first().io(),
                                                                  .publisher = *first().redis(),
                                                                  .settings = settings.redis,
                                                                  .reach = shared_.ring_reach,
                                                                  .seed = std::bit_cast<std::uint32_t>(seed),
                                                                  .log = parts_.log});
  provider_->ring_by([to = ringing.get()] { to->ring(); });
  return ringing;
}

void ServingProcess::watch_changes() {
  feed_ = provider_->watch(first().io());
  if (!feed_ringing_) return;
  feed_ringing_->use(feed_.get());
  first().background().spawn(feed_ringing_->keep());
}

Task<> ServingProcess::look_for_end_of_failures() {
  failures_.end_if_quiet(std::chrono::steady_clock::now());
  co_return;
}

void ServingProcess::watch_failures() {
  auto watch = runtime::run_periodically(
      FailureLog::line_interval, [this] { return look_for_end_of_failures(); }, [](std::string_view /*none*/) {});
  first().background().spawn(std::move(watch));
}

/// Keeps the readiness known, so that nobody has to ask the database for it.
void ServingProcess::watch_health() {
  auto watch = runtime::run_periodically(
      api::Health::renewal_interval, [this] { return shared_.health.renew(first().database()); },
      [this](std::string_view reason) { parts_.log.error("background_task_failed", {{"reason", reason}}); });
  first().background().spawn(std::move(watch));
}

void ServingProcess::require_places() {
  if (metrics_ && parts_.settings.metrics.port == parts_.settings.server.port) {
    throw std::runtime_error("METRICS_PORT is the same as PORT: choose another one");
  }
  handed_sockets_ = take_handed_sockets(first().io(), parts_.supervisor);
  if (handed_sockets_.empty()) require_free_places(first().io(), parts_.settings.server);
}

Task<> ServingProcess::prepare_schema() {
  const bool ready = co_await schema_->attempt_until_ready();
  if (!ready) co_return end(1);
  schema_.reset();
  schema_database_.reset();
  co_await shared_.health.renew(first().database());
  is_prepared_ = true;
  first().background().spawn(ring_keeper_.keep());
  first().background().spawn(feed_keeper_.keep());
  first().keep_epoch();
  // A signal may have ended the process while the schema was being prepared.
  if (!exit_code_) jobs_.start();
}

void ServingProcess::wait_for_schema() {
  const auto begin = std::chrono::steady_clock::now();
  while (!is_prepared_ && !exit_code_) {
    const auto patience = schema_ && schema_->was_away() ? absence_patience : schema_patience;
    const auto now = std::chrono::steady_clock::now();
    if (now >= begin + patience) return;
    loops_.front()->run_one_until(std::min(begin + patience, now + turn_of_others));
    // Their threads do not run yet, but their database connections are being opened.
    for (const auto& loop : loops_ | std::views::drop(1)) loop->poll();
  }
}

void ServingProcess::listen() {
  const http::ServerSettings& server = parts_.settings.server;
  const bool has_port = handed_sockets_.empty() && server.port;
  std::uint16_t port = has_port ? *server.port : 0;
  std::string sockets;
  if (handed_sockets_.empty() && server.unix_socket.is_set()) sockets = share(open_unix_listener(first().io(), server));
  if (has_port) {
    for (const auto& thread : threads_) port = thread->listen(server.host, port);
  }
  for (http::Listener& listener : handed_sockets_) {
    sockets += (sockets.empty() ? "" : ", ") + share(std::move(listener));
  }
  handed_sockets_.clear();
  is_listening_ = true;
  parts_.log.info(
      "server_started",
      {{"host", has_port ? server.host : ""},
       {"port", port},
       {"sockets", sockets},
       {"tls", shared_.tls != nullptr},
       {"database", parts_.settings.database.kind == database::DatabaseKind::postgres ? "postgresql" : "sqlite"},
       {"io_threads", threads_.size()},
       {"environment", config::to_text(parts_.settings.application.environment)}});
}

/// Returns the listener's name.
std::string ServingProcess::share(http::Listener listener) {
  std::string name = listener.name();
  first().listen(std::move(listener), [this](http::Accepted accepted) { hand_round(std::move(accepted)); });
  return name;
}

/// Goes round the io threads, so that each gets its share of the clients however they arrive. Runs on the first thread.
/// Hands nothing to the others once they have been told to end.
void ServingProcess::hand_round(http::Accepted accepted) {
  const std::size_t next = exit_code_ ? 0 : turn_++ % threads_.size();
  threads_[next]->adopt(std::move(accepted));
}

void ServingProcess::watch_loops() {
  const auto timeout = parts_.supervisor.watchdog_timeout();
  if (!timeout) return;
  Watchdog::EventLoops loops;
  for (const auto& loop : loops_) loops.emplace_back(*loop);
  watchdog_.emplace(std::move(loops), parts_.supervisor, *timeout);
  watchdog_->start();
}

void ServingProcess::end_on_signal() {
  signals_.async_wait([this](const boost::system::error_code& ec, int signal) {
    if (ec) return;
    parts_.log.info("server_stopping", {{"signal", signal}});
    const bool again = shared_.lifecycle.stopping.exchange(true);
    const auto delay = parts_.settings.server.shutdown_delay;
    if (again || !is_listening_ || delay.count() == 0) return end(0);
    for (const auto& thread : threads_) thread->announce_end();
    end_after(delay);
  });
}

/// Gives those who watch the readiness time to send their requests elsewhere; another signal cuts it short.
void ServingProcess::end_after(std::chrono::milliseconds delay) {
  delay_.expires_after(delay);
  delay_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) end(0);
  });
  end_on_signal();
}

void ServingProcess::reload_on_signal() {
  reload_signals_.async_wait([this](const boost::system::error_code& ec, int /*signal*/) {
    if (ec || exit_code_) return;
    if (is_listening_) parts_.supervisor.tell_reloading();
    if (const auto reloaded = reloader_.reload()) {
      for (const auto& thread : threads_) thread->use(*reloaded);
      ring_keeper_.use(reloaded->settings);
      reloader_.tell(*reloaded);
    }
    if (is_listening_) parts_.supervisor.tell_ready();
    reload_on_signal();
  });
}

void ServingProcess::end(int exit_code) {
  if (exit_code_) return;
  exit_code_ = exit_code;
  parts_.supervisor.tell_stopping();
  if (watchdog_) watchdog_->stop();
  if (feed_ringing_) feed_ringing_->use(nullptr);
  feed_.reset();
  jobs_.stop();
  shared_.revocation_feed.end();
  for (const auto& thread : threads_) thread->drain();
}

void ServingProcess::warn_of_low_limit() {
  const std::uint32_t wanted = parts_.settings.server.connections_max;
  if (shared_.places.connections >= wanted) return;
  parts_.log.warn("descriptor_limit_low", {{"connections_max", shared_.places.connections}, {"wanted", wanted}});
}

int ServingProcess::run() {
  warn_of_low_limit();
  require_places();
  if (metrics_) metrics_->listen();
  end_on_signal();
  reload_on_signal();
  first().background().spawn(prepare_schema());
  watch_failures();
  watch_health();
  wait_for_schema();
  if (!exit_code_) {
    listen();
    watch_changes();
    parts_.supervisor.tell_ready();
    watch_loops();
  }
  for (const auto& thread : threads_) thread->start();
  for (const auto& thread : threads_) thread->join();
  jobs_.end();
  jobs_.join();
  parts_.log.info("server_stopped", {{"log_lines_dropped", parts_.log_queue.dropped_lines()}});
  return exit_code_.value_or(0);
}

}  // namespace

int serve(const ServeParts& parts) {
  try {
    ignore_other_signals();
    if (parts.settings.application.environment == config::Environment::production) forbid_core_dumps();
    return ServingProcess{parts}.run();
  } catch (const std::exception& failure) {
    parts.log.error("server_failed", {{"reason", failure.what()}});
    return 1;
  }
}

}  // namespace gatehouse::service
