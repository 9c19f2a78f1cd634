#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "api/access/key_access.hpp"
#include "api/dispatcher.hpp"
#include "database/provider.hpp"
#include "http/server.hpp"
#include "limits/redis_limits.hpp"
#include "redis/client.hpp"
#include "runtime/pulse.hpp"
#include "runtime/task_group.hpp"
#include "service/epoch_keeper.hpp"
#include "service/failure_log.hpp"
#include "service/reload.hpp"
#include "service/wiring/features.hpp"
#include "service/wiring/shared_parts.hpp"
#include "sessions/redis_sessions.hpp"
#include "telemetry/access_log.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// One io thread: its event loop, its share of the database, its features and its connections.
///
/// Constructed and destroyed by the process's main thread while it does not run; in between only its own thread touches
/// it. Work that prepares the process once, before it is ready, is spawned on one of these threads.
class IoThread {
 public:
  /// Everything outlives the thread; `io` in particular outlives the provider, whose drivers post to it.
  IoThread(boost::asio::io_context& io, database::Provider& provider, unsigned threads, SharedParts& shared,
           telemetry::Log& log, FailureLog& failures, telemetry::LogQueue& access_lines);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// Returns the port; for 0, a free one. Throws boost::system::system_error.
  std::uint16_t listen(const std::string& host, std::uint16_t port) { return server_.listen(host, port); }

  /// Accepts for all io threads; `hand_over` runs on this one.
  void listen(http::Listener listener, http::Server::HandOver hand_over) {
    server_.listen(std::move(listener), std::move(hand_over));
  }

  /// From any thread: serves a connection that another io thread has accepted.
  void adopt(http::Accepted accepted);

  /// Runs the event loop on its own thread until drain() has completed.
  void start();
  void join();

  /// From any thread: serves requests and connections with these from now on.
  void use(Reloaded reloaded);
  void use(std::shared_ptr<const TokenRing> ring);

  /// From any thread: every answer closes its connection from now on.
  void announce_end();

  /// From any thread: ends connections and background work, then the event loop.
  void drain();

  /// Keeps the epoch for all threads, if replicas share sessions. To be called once, on one io thread only.
  void keep_epoch();

  [[nodiscard]] boost::asio::io_context& io() { return io_; }
  [[nodiscard]] database::Database& database() { return *database_; }
  [[nodiscard]] Features& features() { return features_; }
  [[nodiscard]] runtime::TaskGroup& background() { return background_; }
  /// Null if no Redis is set.
  [[nodiscard]] redis::Client* redis() { return redis_.get(); }

 private:
  [[nodiscard]] Task<> beat();

  SharedParts& shared_;
  telemetry::Log& log_;
  boost::asio::io_context& io_;
  std::unique_ptr<database::Database> database_;
  std::shared_ptr<const KeySet> keys_;                              ///< used by everything below
  std::shared_ptr<const TokenRing> ring_;                           ///< likewise
  const std::unique_ptr<redis::Client> redis_;                      ///< null: limits are not shared
  const std::shared_ptr<limits::RedisLimits> shared_limits_;        ///< likewise
  const std::unique_ptr<sessions::RedisSessions> shared_sessions_;  ///< null: replicas share no sessions
  runtime::Pulse& pulse_;
  const std::size_t number_;  ///< in pulse_
  Features features_;
  std::unique_ptr<EpochKeeper> epoch_keeper_;  ///< null: another thread keeps the epoch, or none does
  runtime::TaskGroup background_;
  http::ThreadTraffic& traffic_;
  api_keys::ApiKeyCheck key_check_;
  api::KeyAccess access_;
  api::AuditedAccess trail_;
  api::Dispatcher dispatcher_;
  telemetry::AccessLog access_log_;
  http::Server server_;
  std::thread thread_;
};

}  // namespace gatehouse::service
