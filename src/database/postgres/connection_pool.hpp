#pragma once

#include <memory>
#include <string>
#include <vector>

#include "database/driver_log.hpp"
#include "database/load.hpp"
#include "database/postgres/connection_need.hpp"
#include "database/postgres/pipeline.hpp"
#include "database/postgres/pool_share.hpp"
#include "runtime/back_off.hpp"

namespace gatehouse::database::postgres {

/// What one io thread's pool is allowed.
struct PoolLimits {
  PoolShare share;
  std::uint32_t queue_max;                  ///< calls waiting for a connection
  std::chrono::milliseconds query_timeout;  ///< from submission to outcome
  std::chrono::milliseconds idle_timeout;   ///< of connections above the share's minimum
};

/// One io thread's connections. The pool opens them in the background, spreads calls over them, ends calls at their
/// deadline, and recovers by itself when the database is back.
///
/// A write may wait for a row that another transaction keeps locked, and whatever is sent after it on the same
/// connection then waits too. So a connection has at most one write, and other writes wait in the pool. If the pool has
/// more than one connection, it keeps one of them free of writes. A read is sent after a write only if no connection is
/// free of writes.
///
/// Writes that may share a transaction wait while two of their groups are on their way. Those that have waited are sent
/// together: the more there are, the fewer commits and log flushes they cost.
///
/// Right after the start and after a loss, calls wait for a connection. Once no connection is left and an attempt to
/// connect has failed or got no answer for a while, the pool assumes the database is down, and new calls fail at once.
///
/// Connections open one at a time, with growing pauses after failures. An attempt without an answer runs until its
/// timeout, because some servers take long to wake. But other attempts start beside it, so that one dead path to the
/// server does not hide a working one.
///
/// Once any pool of the process is connected to another server, this pool gives up its connections to the previous one,
/// which may come back and believe that it is the primary.
class ConnectionPool final : public std::enable_shared_from_this<ConnectionPool>, private PipelineOwner {
 public:
  /// `need` is told if the pool lacks a connection, `load` how busy it is, ten times a second. Both outlive the pool.
  ConnectionPool(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options, PoolLimits limits,
                 ConnectionNeed& need, LoadSum& load, DriverLog log, runtime::BackOff back_off);

  void start();
  /// Ends every call with Unavailable{stopped} and closes every connection. Nothing may be submitted afterwards.
  void stop();

  /// False after the start and after a loss: then a call waits, or fails at once.
  [[nodiscard]] bool has_connection() const noexcept { return !pipelines_.empty(); }

  /// Runs the call to its outcome: its results or its failure. `call` lives until then.
  [[nodiscard]] Task<> perform(Call& call);

  /// Runs a SELECT and returns its rows. Throws what the port throws. It may be resumed after the pool is gone.
  [[nodiscard]] Task<Rows> query(const Statement& statement, Parameters parameters);

 private:
  void submit(Call& call);
  [[nodiscard]] bool try_dispatch(Call& call);
  [[nodiscard]] CallQueue& queue_for(const Call& call) noexcept;
  void serve_queues();
  void serve(CallQueue& queue);
  Call& take_first(CallQueue& queue);
  [[nodiscard]] std::vector<Call*> with_waiting(Call& call);
  [[nodiscard]] Pipeline* best_for_read(const Call& call) const noexcept;
  [[nodiscard]] Pipeline* best_for_write(const Call& call) const noexcept;
  [[nodiscard]] std::ptrdiff_t pipelines_without_write() const noexcept;
  [[nodiscard]] bool waits_to_share(const Call& call) const noexcept;
  [[nodiscard]] bool is_crowded(const Call& call, const Pipeline* chosen) const noexcept;
  void refuse(Call& call, Unavailable::Reason reason, const std::string& message);
  [[nodiscard]] std::string why_away() const;

  void send_again(Call& call) override;
  void send_later(Call& call) override;
  void on_room() override;
  void on_closed(Pipeline& pipeline, const std::string& why) override;

  [[nodiscard]] bool wants_connection() const noexcept;
  void leave_replaced_server();
  void connect_if_wanted();
  [[nodiscard]] static Task<> establish(std::weak_ptr<ConnectionPool> pool, std::shared_ptr<PgConnection> connection,
                                        std::shared_ptr<const ConnectOptions> options);
  void on_connected(std::shared_ptr<PgConnection> connection);
  void on_connect_failed(const std::shared_ptr<PgConnection>& connection, const Unavailable& failure);
  void close_attempts();
  void update_need();
  void tell_load();
  void hold_attempts(std::chrono::milliseconds time);

  void schedule_sweep();
  void sweep();
  void send_put_off();
  void end_late_calls(std::chrono::steady_clock::time_point now);
  void close_idle(std::chrono::steady_clock::time_point now);

  boost::asio::io_context& io_;
  const std::shared_ptr<const ConnectOptions> options_;
  const PoolLimits limits_;
  ConnectionNeed& need_;
  LoadSum& load_;
  const DriverLog log_;

  runtime::BackOff back_off_;
  SteadyTimer attempt_timer_;
  SteadyTimer sweep_timer_;
  std::vector<std::shared_ptr<Pipeline>> pipelines_;     ///< connected ones, oldest first
  std::vector<std::shared_ptr<PgConnection>> attempts_;  ///< to connect, oldest first
  std::size_t server_ = 0;  ///< the server that the pipelines lead to: FirstServer::connected() when last looked at
  bool holding_ = false;    ///< no attempt may start now: the newest is young, or the last one failed a moment ago
  bool grow_ = false;       ///< another connection is wanted
  bool away_ = false;       ///< the database is down: no connection is left, and attempts failed or got no answer
  bool stopped_ = false;
  ConnectionNeed::Kind told_need_ = ConnectionNeed::Kind::none;
  Load told_load_;
  std::string last_failure_;  ///< of the last attempt; empty once one succeeded
  Unavailable::Reason last_reason_ = Unavailable::Reason::connection;

  DeadlineList deadlines_;  ///< every call in flight, earliest deadline first, as all have the same timeout
  CallQueue waiting_reads_;
  CallQueue waiting_writes_;
  CallQueue waiting_sharing_;     ///< writes that may share
  std::uint32_t queue_size_ = 0;  ///< of all three
  CallQueue put_off_;             ///< until the next sweep
};

}  // namespace gatehouse::database::postgres
