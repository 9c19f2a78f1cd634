#include "database/postgres/connection_pool.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "database/postgres/session_sql.hpp"

namespace gatehouse::database::postgres {

namespace {

// From this load on, another connection is opened, because reads queue behind each other.
constexpr std::size_t grow_load = Pipeline::write_load;
constexpr std::chrono::milliseconds sweep_interval{100};
// Another attempt to connect starts beside one that has had no answer for this long, up to attempts_max of them.
constexpr std::chrono::milliseconds attempt_patience{2'500};
constexpr std::size_t attempts_max = 4;
// While the server writes the log for one group, it works on the next. More groups would only be smaller.
constexpr std::ptrdiff_t sharing_groups_max = 2;
constexpr std::size_t sharing_writes_max = 64;

using Clock = std::chrono::steady_clock;
using Reason = Unavailable::Reason;

/// Compares the first calls; a queue with calls is older than an empty one.
bool is_older(const CallQueue& queue, const CallQueue& other) {
  if (queue.empty() || other.empty()) return other.empty();
  return queue.front().deadline < other.front().deadline;
}

std::string describe(const PgConnection& connection) {
  return connection.host() + (connection.has_own_session() ? "" : ", behind a pooler");
}

}  // namespace

ConnectionPool::ConnectionPool(boost::asio::io_context& io, std::shared_ptr<const ConnectOptions> options,
                               PoolLimits limits, ConnectionNeed& need, LoadSum& load, DriverLog log,
                               runtime::BackOff back_off)
    : io_(io),
      options_(std::move(options)),
      limits_(limits),
      need_(need),
      load_(load),
      log_(std::move(log)),
      back_off_(back_off),
      attempt_timer_(io.get_executor()),
      sweep_timer_(io.get_executor()) {}

void ConnectionPool::start() {
  update_need();
  connect_if_wanted();
  schedule_sweep();
}

void ConnectionPool::stop() {
  stopped_ = true;
  update_need();
  attempt_timer_.cancel();
  sweep_timer_.cancel();
  close_attempts();
  while (!pipelines_.empty()) pipelines_.back()->abandon_all(Reason::stopped, "shutting down");
  for (CallQueue* const queue : {&waiting_reads_, &waiting_writes_, &waiting_sharing_}) {
    while (!queue->empty()) refuse(take_first(*queue), Reason::stopped, "shutting down");
  }
  send_put_off();
  tell_load();
}

Task<> ConnectionPool::perform(Call& call) {
  const auto begin = [this, &call](Call::Handler handler) {
    call.await(std::move(handler));
    submit(call);
  };
  return boost::asio::async_initiate<const boost::asio::use_awaitable_t<Executor>, void()>(begin, use_task);
}

Task<Rows> ConnectionPool::query(const Statement& statement, Parameters parameters) {
  const Command command{&statement, std::move(parameters)};
  Rows rows;
  Call call{Call::Kind::read, {&command, 1}, {&rows, 1}};
  co_await perform(call);
  if (call.failure) throw ConstraintViolation{violation_or_throw(*call.failure)};
  co_return std::move(rows);
}

void ConnectionPool::submit(Call& call) {
  call.deadline = Clock::now() + limits_.query_timeout;
  if (stopped_) return refuse(call, Reason::stopped, "shutting down");
  if (away_) return refuse(call, last_reason_, "the database is down" + why_away());
  if (queue_for(call).empty() && try_dispatch(call)) return deadlines_.push_back(call);
  if (queue_size_ >= limits_.queue_max) return refuse(call, Reason::overload, "too many queries wait for a connection");
  queue_for(call).push_back(call);
  ++queue_size_;
  deadlines_.push_back(call);
}

bool ConnectionPool::try_dispatch(Call& call) {
  leave_replaced_server();
  if (waits_to_share(call)) return false;
  Pipeline* const pipeline = call.kind == Call::Kind::read ? best_for_read(call) : best_for_write(call);
  if (is_crowded(call, pipeline) && pipelines_.size() < limits_.share.connections_max) {
    grow_ = true;
    connect_if_wanted();
  }
  if (pipeline == nullptr) return false;
  if (call.may_share) {
    pipeline->submit_sharing(with_waiting(call));
  } else {
    pipeline->submit(call);
  }
  return true;
}

CallQueue& ConnectionPool::queue_for(const Call& call) noexcept {
  if (call.kind == Call::Kind::read) return waiting_reads_;
  return call.may_share ? waiting_sharing_ : waiting_writes_;
}

/// Writes first, of both kinds the one that has waited longer: there is room for few of them, and none on the
/// connection that is kept for reads.
void ConnectionPool::serve_queues() {
  const bool sharing_first = is_older(waiting_sharing_, waiting_writes_);
  serve(sharing_first ? waiting_sharing_ : waiting_writes_);
  serve(sharing_first ? waiting_writes_ : waiting_sharing_);
  serve(waiting_reads_);
}

void ConnectionPool::serve(CallQueue& queue) {
  while (!queue.empty() && !stopped_) {
    Call& call = take_first(queue);
    if (try_dispatch(call)) continue;
    queue.push_front(call);
    ++queue_size_;
    return;
  }
}

Call& ConnectionPool::take_first(CallQueue& queue) {
  Call& call = queue.front();
  queue.pop_front();
  --queue_size_;
  return call;
}

/// The call, which may share, and those that wait to share.
std::vector<Call*> ConnectionPool::with_waiting(Call& call) {
  std::vector<Call*> writes{&call};
  while (!waiting_sharing_.empty() && writes.size() < sharing_writes_max) {
    writes.push_back(&take_first(waiting_sharing_));
  }
  return writes;
}

/// The oldest of the least loaded connections, so that the youngest can idle out. One with a write is chosen only if
/// there is no other at all: a read that finds the others full waits here.
Pipeline* ConnectionPool::best_for_read(const Call& call) const noexcept {
  const bool any_without_write = pipelines_without_write() > 0;
  Pipeline* best = nullptr;
  for (const auto& pipeline : pipelines_) {
    if (any_without_write && pipeline->has_write()) continue;
    const bool lighter = best == nullptr || pipeline->load() < best->load();
    if (lighter && pipeline->has_room_for(call)) best = pipeline.get();
    if (best != nullptr && best->idle()) break;
  }
  return best;
}

/// The oldest of the least loaded connections without a write. The last such one of several is left to the reads.
Pipeline* ConnectionPool::best_for_write(const Call& call) const noexcept {
  if (pipelines_.size() > 1 && pipelines_without_write() == 1) return nullptr;
  Pipeline* best = nullptr;
  for (const auto& pipeline : pipelines_) {
    const bool lighter = best == nullptr || pipeline->load() < best->load();
    if (lighter && !pipeline->has_write() && pipeline->has_room_for(call)) best = pipeline.get();
  }
  return best;
}

bool ConnectionPool::waits_to_share(const Call& call) const noexcept {
  const auto has_sharing = [](const auto& pipeline) { return pipeline->has_sharing(); };
  return call.may_share && std::ranges::count_if(pipelines_, has_sharing) >= sharing_groups_max;
}

std::ptrdiff_t ConnectionPool::pipelines_without_write() const noexcept {
  return std::ranges::count_if(pipelines_, [](const auto& pipeline) { return !pipeline->has_write(); });
}

/// Whether another connection would better serve the call, or those that may come while it is on its way.
bool ConnectionPool::is_crowded(const Call& call, const Pipeline* chosen) const noexcept {
  if (chosen == nullptr) return true;
  if (call.kind == Call::Kind::write) return pipelines_.size() == 1;
  return chosen->has_write() || chosen->load() >= grow_load;
}

void ConnectionPool::refuse(Call& call, Reason reason, const std::string& message) {
  call.fail(io_.get_executor(), Unavailable{reason, message});
}

/// Why the last attempt to connect failed, for people who read it in the log or at a command's end.
std::string ConnectionPool::why_away() const { return last_failure_.empty() ? "" : ": " + last_failure_; }

/// The call has been admitted before, so it goes first and the queue's bound does not apply.
void ConnectionPool::send_again(Call& call) {
  call.pipeline = nullptr;
  if (stopped_) return refuse(call, Reason::stopped, "shutting down");
  if (away_) return refuse(call, last_reason_, "the database is down" + why_away());
  if (try_dispatch(call)) return;
  queue_for(call).push_front(call);
  ++queue_size_;
}

/// The next sweep sends it, within `sweep_interval`. If it were sent at once, it could overtake the transaction that it
/// conflicted with, and they would conflict again.
void ConnectionPool::send_later(Call& call) {
  call.pipeline = nullptr;
  put_off_.push_back(call);
}

void ConnectionPool::on_room() { serve_queues(); }

void ConnectionPool::on_closed(Pipeline& pipeline, const std::string& why) {
  std::erase_if(pipelines_, [&](const auto& other) { return other.get() == &pipeline; });
  if (stopped_) return;
  update_need();
  log_(telemetry::Level::warn, "postgres_connection_lost", why);
  if (!holding_) hold_attempts(back_off_.next());
  serve(waiting_sharing_);  // they may have waited only for its group
}

/// Removes all connections to the replaced server before any call is sent again, so that none of them gets it.
void ConnectionPool::leave_replaced_server() {
  const std::size_t connected = options_->first->connected();
  if (std::exchange(server_, connected) == connected) return;
  const auto is_left = [&](const auto& pipeline) { return pipeline->server() == connected; };
  const auto first_replaced = std::partition(pipelines_.begin(), pipelines_.end(), is_left);
  const std::vector<std::shared_ptr<Pipeline>> replaced(first_replaced, pipelines_.end());
  pipelines_.erase(first_replaced, pipelines_.end());
  for (const auto& pipeline : replaced) pipeline->abandon_all(Reason::connection, "another server has taken its place");
}

bool ConnectionPool::wants_connection() const noexcept {
  const auto open = pipelines_.size();
  return open < limits_.share.connections_min || (grow_ && open < limits_.share.connections_max);
}

void ConnectionPool::connect_if_wanted() {
  if (stopped_ || holding_ || !wants_connection()) return;
  if (attempts_.size() == attempts_max) {
    attempts_.front()->close();
    attempts_.erase(attempts_.begin());
  }
  attempts_.push_back(PgConnection::create(io_));
  auto attempt = establish(weak_from_this(), attempts_.back(), options_);
  hold_attempts(attempt_patience);  // before it begins: it may fail at once and set its own pause
  boost::asio::co_spawn(io_, std::move(attempt), boost::asio::detached);
}

/// Ends with the attempt, within its deadline; stop() cuts it short.
Task<> ConnectionPool::establish(std::weak_ptr<ConnectionPool> pool, std::shared_ptr<PgConnection> connection,
                                 std::shared_ptr<const ConnectOptions> options) {
  std::optional<Unavailable> failure;
  try {
    co_await connection->connect(options);
  } catch (const Unavailable& unavailable) {
    failure = unavailable;
  } catch (const std::exception& error) {
    failure.emplace(Reason::connection, error.what());
  }
  const auto alive = pool.lock();
  if (!alive || alive->stopped_) co_return;
  if (failure) {
    alive->on_connect_failed(connection, *failure);
  } else {
    alive->on_connected(std::move(connection));
  }
}

void ConnectionPool::on_connected(std::shared_ptr<PgConnection> connection) {
  std::erase(attempts_, connection);
  close_attempts();
  if (pipelines_.empty()) log_(telemetry::Level::info, "postgres_connected", describe(*connection));
  pipelines_.push_back(std::make_shared<Pipeline>(io_.get_executor(), std::move(connection),
                                                  transaction_settings_sql(*options_),
                                                  static_cast<PipelineOwner&>(*this)));
  pipelines_.back()->start();
  back_off_.reset();
  away_ = false;
  grow_ = false;
  holding_ = false;
  attempt_timer_.cancel();
  last_failure_.clear();
  last_reason_ = Reason::connection;
  update_need();
  serve_queues();
  connect_if_wanted();
}

void ConnectionPool::on_connect_failed(const std::shared_ptr<PgConnection>& connection, const Unavailable& failure) {
  if (std::erase(attempts_, connection) == 0) return;  // closed on purpose
  connection->close();
  grow_ = false;
  away_ = pipelines_.empty();
  update_need();
  // The same words every two seconds would only fill the log.
  const std::string why = failure.what();
  if (why != last_failure_) log_(telemetry::Level::warn, "postgres_connect_failed", why);
  last_failure_ = why;
  const bool is_told_apart = failure.reason() == Reason::read_only;
  last_reason_ = is_told_apart ? Reason::read_only : Reason::connection;
  if (attempts_.empty()) hold_attempts(back_off_.next());
}

void ConnectionPool::close_attempts() {
  for (const auto& attempt : std::exchange(attempts_, {})) attempt->close();
}

void ConnectionPool::update_need() {
  using Kind = ConnectionNeed::Kind;
  const bool in_need = !stopped_ && pipelines_.empty();
  const Kind need = !in_need ? Kind::none : away_ ? Kind::refused : Kind::waiting;
  need_.change(std::exchange(told_need_, need), need);
}

/// Starts no other attempt until `time` has passed or the situation has changed.
void ConnectionPool::hold_attempts(std::chrono::milliseconds time) {
  holding_ = true;
  attempt_timer_.expires_after(time);
  attempt_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->holding_ = false;
    self->away_ = self->away_ || (self->pipelines_.empty() && !self->attempts_.empty());
    self->update_need();
    self->connect_if_wanted();
  });
}

void ConnectionPool::schedule_sweep() {
  sweep_timer_.expires_after(sweep_interval);
  sweep_timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self) return;
    self->sweep();
    self->schedule_sweep();
  });
}

void ConnectionPool::sweep() {
  const auto now = Clock::now();
  leave_replaced_server();
  send_put_off();
  end_late_calls(now);
  close_idle(now);
  tell_load();
}

void ConnectionPool::tell_load() {
  const auto connected = std::ssize(pipelines_);
  const std::int64_t idle = std::ranges::count_if(pipelines_, [](const auto& pipeline) { return pipeline->idle(); });
  const Load now{.idle = idle, .busy = connected - idle, .connecting = std::ssize(attempts_), .queued = queue_size_};
  load_.replace(told_load_, now);
  told_load_ = now;
}

void ConnectionPool::send_put_off() {
  while (!put_off_.empty()) {
    Call& call = put_off_.front();
    put_off_.pop_front();
    send_again(call);
  }
}

void ConnectionPool::end_late_calls(Clock::time_point now) {
  while (!deadlines_.empty() && deadlines_.front().deadline <= now) {
    Call& call = deadlines_.front();
    if (call.pipeline != nullptr) {
      call.pipeline->abandon(call, "a query passed its deadline");
      continue;
    }
    call.in_queue.unlink();
    --queue_size_;
    refuse(call, Reason::deadline, "no connection within the query's deadline" + why_away());
  }
}

void ConnectionPool::close_idle(Clock::time_point now) {
  if (pipelines_.size() <= limits_.share.connections_min) return;
  const auto pipeline = pipelines_.back();
  if (!pipeline->idle() || now - pipeline->idle_since() < limits_.idle_timeout) return;
  pipelines_.pop_back();
  pipeline->close_idle();
}

}  // namespace gatehouse::database::postgres
