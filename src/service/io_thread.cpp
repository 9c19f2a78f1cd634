#include "service/io_thread.hpp"

#include <array>
#include <bit>
#include <boost/asio/post.hpp>

#include "runtime/periodic.hpp"

namespace gatehouse::service {
namespace {

void report(FailureLog& failures, const api::Dispatcher::Failure& failure) {
  if (!failure.is_unavailable) return failures.report_fault(failure.request, failure.what);
  failures.report_unavailable(failure.request, failure.what, std::chrono::steady_clock::now());
}

/// Warns only once: without a proxy, any client can send that header as often as it likes.
void warn_of_disbelief(telemetry::Log& log, std::atomic<bool>& told, std::string_view peer) {
  if (told.load(std::memory_order_relaxed) || told.exchange(true)) return;
  log.warn("forwarded_for_ignored", {{"peer", peer},
                                     {"problem", "it sends X-Forwarded-For and is not in TRUSTED_PROXIES"},
                                     {"remedy", "if it is your proxy, name it there; otherwise do nothing"}});
}

/// Null if no Redis is set.
std::unique_ptr<redis::Client> make_redis(SharedParts& shared, telemetry::Log& log) {
  const redis::RedisSettings& settings = shared.settings.redis;
  if (!settings.is_set()) return nullptr;
  std::array<std::byte, sizeof(std::uint32_t)> seed;
  shared.random.fill(seed);
  const auto tell = [&log, &settings](std::string_view reason) {
    if (reason.empty()) return log.info("limits_shared", {{"redis", settings.name()}});
    log.warn("limits_degraded", {{"redis", settings.name()}, {"reason", reason}});
  };
  return std::make_unique<redis::Client>(redis::Client::Parts{.settings = settings,
                                                              .reach = shared.redis_reach,
                                                              .probe = limits::redis_probe(),
                                                              .seed = std::bit_cast<std::uint32_t>(seed),
                                                              .on_change = tell});
}

/// Null if replicas share no sessions.
std::unique_ptr<sessions::RedisSessions> make_shared_sessions(redis::Client* client, SharedParts& shared,
                                                              const KeySet& keys) {
  if (client == nullptr || !shared.settings.redis.session_cache) return nullptr;
  const sessions::RedisSessions::Parts parts{.client = *client,
                                             .epoch = shared.capabilities.epoch,
                                             .counts = shared.capabilities.sharing_counts,
                                             .clock = shared.clock,
                                             .random = shared.random};
  return std::make_unique<sessions::RedisSessions>(parts, keys.shared_sessions);
}

}  // namespace

IoThread::IoThread(boost::asio::io_context& io, database::Provider& provider, unsigned threads, SharedParts& shared,
                   telemetry::Log& log, FailureLog& failures, telemetry::LogQueue& access_lines)
    : shared_(shared),
      log_(log),
      io_(io),
      database_(provider.open(io, threads)),
      keys_(shared.capabilities.keys),
      ring_(shared.capabilities.ring),
      redis_(make_redis(shared, log)),
      shared_limits_(redis_ ? std::make_shared<limits::RedisLimits>(*redis_, keys_->limits) : nullptr),
      shared_sessions_(make_shared_sessions(redis_.get(), shared, *keys_)),
      pulse_(shared.pulse),
      number_(pulse_.add_loop()),
      features_(*database_, shared, {.limits = shared_limits_, .sessions = shared_sessions_.get()}),
      background_(io, [&log](std::string_view what) { log.error("background_task_failed", {{"reason", what}}); }),
      traffic_(shared.traffic.add_thread()),
      key_check_(*database_, shared.capabilities.key_cache, shared.capabilities.key_reading, shared.clock),
      access_(keys_->api_keys, key_check_),
      trail_(*database_, shared.capabilities.tally, shared.clock),
      dispatcher_({.routes = features_.routes,
                   .cors = shared.cors,
                   .access = access_,
                   .limiter = shared.limiter,
                   .trail = trail_,
                   .traffic = traffic_,
                   .ready = shared.lifecycle.schema_ready,
                   .on_failure = [&failures](const api::Dispatcher::Failure& failure) { report(failures, failure); },
                   .audiences = shared.settings.tokens.audiences,
                   .keyless_proxies = shared.settings.forward_auth.without_key ? Scopes{Scope::forward_auth} : Scopes{},
                   .requires_https = shared.settings.server.require_https,
                   .shared_limits = shared_limits_.get()}),
      access_log_(&access_lines, log.is_enabled(telemetry::Level::info)),
      server_(io, {.settings = shared.settings.server,
                   .clock = shared.clock,
                   .responder = dispatcher_,
                   .proxies = shared.proxies,
                   .backends = shared.backends,
                   .random = shared.random,
                   .access_log = access_log_,
                   .traffic = traffic_,
                   .on_disbelief = [&log, &told = shared.told_of_disbelief](
                                       std::string_view peer) { warn_of_disbelief(log, told, peer); },
                   .counts = shared.connections,
                   .shares = shared.shares,
                   .connections_max = shared.places.connections,
                   .tls = shared.tls}) {
  if (redis_) background_.spawn(redis_->keep());
}

IoThread::~IoThread() {
  io_.stop();
  join();
}

Task<> IoThread::beat() {
  pulse_.beat(number_);
  co_return;
}

void IoThread::start() {
  auto beats = runtime::run_periodically(
      SharedParts::beat_interval, [this] { return beat(); }, [](std::string_view /*none*/) {});
  background_.spawn(std::move(beats));
  server_.start();
  thread_ = std::thread([this] { io_.run(); });
}

void IoThread::adopt(http::Accepted accepted) {
  boost::asio::post(io_, [this, accepted = std::move(accepted)]() mutable { server_.take(std::move(accepted)); });
}

void IoThread::keep_epoch() {
  if (!shared_sessions_) return;
  const EpochKeeper::Parts parts{
      .epoch = shared_.capabilities.epoch, .client = *redis_, .database = *database_, .log = log_};
  epoch_keeper_ = std::make_unique<EpochKeeper>(parts, keys_->shared_sessions);
  background_.spawn(epoch_keeper_->keep());
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::use(Reloaded reloaded) {
  boost::asio::post(io_, [this, reloaded = std::move(reloaded)] {
    features_.use(*reloaded.keys);
    access_.use(reloaded.keys->api_keys);
    if (shared_limits_) shared_limits_->use(reloaded.keys->limits);
    if (shared_sessions_) shared_sessions_->use(reloaded.keys->shared_sessions);
    if (epoch_keeper_) epoch_keeper_->use(reloaded.keys->shared_sessions);
    keys_ = reloaded.keys;
    if (reloaded.tls) server_.use(reloaded.tls);
    access_log_.enable(reloaded.logs_access);
  });
}

void IoThread::use(std::shared_ptr<const TokenRing> ring) {
  boost::asio::post(io_, [this, ring = std::move(ring)]() mutable {
    features_.use(*ring);
    ring_.swap(ring);
  });
}

void IoThread::announce_end() {
  boost::asio::post(io_, [this] { server_.announce_end(); });
}

void IoThread::drain() {
  boost::asio::post(io_, [this] {
    background_.cancel();
    server_.drain([this] { io_.stop(); });
  });
}

}  // namespace gatehouse::service
