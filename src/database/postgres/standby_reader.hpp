#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "database/postgres/connection_pool.hpp"
#include "database/postgres/standby_choice.hpp"
#include "database/postgres/standbys.hpp"
#include "database/recency.hpp"

namespace gatehouse::database::postgres {

/// Reads of one io thread that a standby may answer (docs/adr/0038-a-standby-says-how-far-it-is.md). Each is sent to
/// the standby on one connection, together with a query for the standby's position; the rows count only if the position
/// that came with them is far enough.
///
/// Connects to the standbys with the first read, or when it is this thread's turn to look how far they are.
class StandbyReader : public std::enable_shared_from_this<StandbyReader> {
 public:
  /// Where a read may go: the primary's pool, and one for each of the standbys, in their order.
  struct Pools {
    std::shared_ptr<ConnectionPool> primary;
    std::vector<std::shared_ptr<ConnectionPool>> standbys;
  };

  /// `standbys` are the process's.
  StandbyReader(boost::asio::io_context& io, std::shared_ptr<Standbys> standbys, Pools pools);

  void start();
  /// Ends every call; nothing may be read afterwards.
  void stop();

  /// Returns the rows, or nothing if the primary must be asked. Throws Unavailable if the primary had to be asked first
  /// and is unavailable. It may be resumed after the pools are stopped.
  [[nodiscard]] static Task<std::optional<Rows>> read(std::shared_ptr<StandbyReader> self, const Statement& statement,
                                                      Parameters parameters, Recency recency);

 private:
  /// The rows that a standby found, and its position before that.
  struct Answer {
    LogPosition position;
    Rows rows;
  };

  void connect();
  [[nodiscard]] std::optional<std::size_t> choose();
  [[nodiscard]] static Task<std::optional<Rows>> read_announced(std::shared_ptr<StandbyReader> self,
                                                                const Statement& statement, Parameters parameters);
  [[nodiscard]] static Task<std::optional<Rows>> read_acknowledged(std::shared_ptr<StandbyReader> self,
                                                                   const Statement& statement, Parameters parameters);
  [[nodiscard]] static Task<std::optional<Answer>> ask(std::shared_ptr<StandbyReader> self, std::size_t standby,
                                                       const Statement& statement, Parameters parameters);
  [[nodiscard]] std::optional<Rows> judged(std::size_t standby, std::optional<Answer> answer,
                                           const std::optional<LogPosition>& wanted);
  void ask_primary();
  [[nodiscard]] static Task<std::optional<LogPosition>> find_position(std::shared_ptr<ConnectionPool> pool,
                                                                      const Statement& statement);
  [[nodiscard]] static Task<std::optional<LogPosition>> learn_position(std::shared_ptr<StandbyReader> self,
                                                                       WantedPosition::Ticket ticket);
  void schedule_look();
  [[nodiscard]] static Task<> look(std::shared_ptr<StandbyReader> self);

  boost::asio::io_context& io_;
  const std::shared_ptr<Standbys> standbys_;
  const Pools pools_;
  StandbyChoice choice_;
  SteadyTimer timer_;
  bool connecting_ = false;  ///< the pools of the standbys have been started
  bool stopped_ = false;
};

}  // namespace gatehouse::database::postgres
