#include "database/postgres/standby_reader.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace gatehouse::database::postgres {

StandbyReader::StandbyReader(boost::asio::io_context& io, std::shared_ptr<Standbys> standbys, Pools pools)
    : io_(io),
      standbys_(std::move(standbys)),
      pools_(std::move(pools)),
      choice_(standbys_->size()),
      timer_(io.get_executor()) {}

void StandbyReader::start() { schedule_look(); }

void StandbyReader::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& pool : pools_.standbys) pool->stop();
}

void StandbyReader::connect() {
  if (connecting_ || stopped_) return;
  connecting_ = true;
  for (const auto& pool : pools_.standbys) pool->start();
}

std::optional<std::size_t> StandbyReader::choose() {
  connect();
  if (stopped_) return std::nullopt;
  return choice_.next(std::chrono::steady_clock::now(),
                      [this](std::size_t i) { return pools_.standbys[i]->has_connection(); });
}

Task<std::optional<Rows>> StandbyReader::read(std::shared_ptr<StandbyReader> self, const Statement& statement,
                                              Parameters parameters, Recency recency) {
  if (recency == Recency::announced) return read_announced(std::move(self), statement, std::move(parameters));
  return read_acknowledged(std::move(self), statement, std::move(parameters));
}

Task<std::optional<Rows>> StandbyReader::read_announced(std::shared_ptr<StandbyReader> self, const Statement& statement,
                                                        Parameters parameters) {
  WantedPosition& wanted = self->standbys_->wanted();
  if (!wanted.get()) {
    self->ask_primary();
    co_return std::nullopt;
  }
  const auto standby = self->choose();
  if (!standby) co_return std::nullopt;
  auto answer = co_await ask(self, *standby, statement, std::move(parameters));
  // What was announced meanwhile must be covered as well.
  co_return self->judged(*standby, std::move(answer), wanted.get());
}

Task<std::optional<Rows>> StandbyReader::read_acknowledged(std::shared_ptr<StandbyReader> self,
                                                           const Statement& statement, Parameters parameters) {
  const auto standby = self->choose();
  if (!standby) co_return std::nullopt;
  std::optional<LogPosition> end;
  try {
    Parameters none;
    const Rows rows = co_await self->pools_.primary->query(primary_position, std::move(none));
    end = read_position(rows);
  } catch (const StatementFailed&) {
    co_return std::nullopt;  // a database that has no such log
  }
  if (!end) co_return std::nullopt;
  auto answer = co_await ask(self, *standby, statement, std::move(parameters));
  co_return self->judged(*standby, std::move(answer), end);
}

/// The position is asked for first, so the rows are at least as new.
Task<std::optional<StandbyReader::Answer>> StandbyReader::ask(std::shared_ptr<StandbyReader> self, std::size_t standby,
                                                              const Statement& statement, Parameters parameters) {
  const std::array<Command, 2> commands{Command{&standby_position, {}}, Command{&statement, std::move(parameters)}};
  std::array<Rows, 2> results;
  Call call{Call::Kind::read, commands, results};
  co_await self->pools_.standbys[standby]->perform(call);
  if (call.failure) co_return std::nullopt;
  const auto position = read_position(results[0]);
  if (!position) co_return std::nullopt;
  co_return Answer{.position = *position, .rows = std::move(results[1])};
}

std::optional<Rows> StandbyReader::judged(std::size_t standby, std::optional<Answer> answer,
                                          const std::optional<LogPosition>& wanted) {
  const bool counts = answer && wanted && answer->position.covers(*wanted);
  standbys_->figures(standby).count(counts   ? StandbyOutcome::answered
                                    : answer ? StandbyOutcome::behind
                                             : StandbyOutcome::failed);
  if (counts) return std::move(answer->rows);
  const auto pause = answer ? StandbyChoice::behind_pause : StandbyChoice::failed_pause;
  choice_.put_off(standby, std::chrono::steady_clock::now(), pause);
  return std::nullopt;
}

/// Asks for the reads that follow, unless a question is on its way already.
void StandbyReader::ask_primary() {
  const auto ticket = standbys_->wanted().begin_asking();
  if (!ticket || stopped_) return;
  auto learning = learn_position(shared_from_this(), *ticket);
  boost::asio::co_spawn(io_, std::move(learning), boost::asio::detached);
}

/// Nothing if the server does not say, for whatever reason: then the primary answers, or says why it cannot.
Task<std::optional<LogPosition>> StandbyReader::find_position(std::shared_ptr<ConnectionPool> pool,
                                                              const Statement& statement) {
  const Command command{&statement, {}};
  Rows rows;
  Call call{Call::Kind::read, {&command, 1}, {&rows, 1}};
  co_await pool->perform(call);
  if (call.failure) co_return std::nullopt;
  co_return read_position(rows);
}

Task<std::optional<LogPosition>> StandbyReader::learn_position(std::shared_ptr<StandbyReader> self,
                                                               WantedPosition::Ticket ticket) {
  const auto position = co_await find_position(self->pools_.primary, primary_position);
  if (position) self->standbys_->wanted().learn(ticket, *position);
  co_return position;
}

void StandbyReader::schedule_look() {
  timer_.expires_after(Standbys::look_interval);
  timer_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_) return;
    if (self->standbys_->is_my_look(boot_now())) boost::asio::co_spawn(self->io_, look(self), boost::asio::detached);
    self->schedule_look();
  });
}

/// Updates the figures, and the position for whoever reads next.
Task<> StandbyReader::look(std::shared_ptr<StandbyReader> self) {
  self->connect();
  const auto end = co_await learn_position(self, self->standbys_->wanted().ticket());
  for (std::size_t i = 0; i < self->pools_.standbys.size() && !self->stopped_; ++i) {
    StandbyFigures& figures = self->standbys_->figures(i);
    if (!self->pools_.standbys[i]->has_connection()) {
      figures.is_away();
      continue;
    }
    const auto position = co_await find_position(self->pools_.standbys[i], standby_position);
    if (end && position && position->timeline == end->timeline) {
      figures.follows(std::max<std::int64_t>(0, end->bytes - position->bytes));
    } else {
      figures.is_away();
    }
  }
}

}  // namespace gatehouse::database::postgres
