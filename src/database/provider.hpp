#pragma once

#include <boost/asio/io_context.hpp>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "database/bulk_database.hpp"
#include "database/database.hpp"
#include "database/feed_ring.hpp"
#include "database/load.hpp"
#include "database/observers.hpp"
#include "database/schema_database.hpp"
#include "database/standby_figures.hpp"
#include "database/standby_finding.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database {

/// Tells a Provider's observers what other processes change, until it is destroyed. Created, run and destroyed on one
/// io thread.
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;

  /// Looks for changes at once, if it is one that looks at intervals.
  virtual void look() {}

  /// Which announcements it reads, if it is such a one: the same in all processes on one database, and in no others.
  /// Letters and digits; empty until it is known.
  [[nodiscard]] virtual std::string log() const { return {}; }
};

/// The configured database, opened once for the process. Thread-safe; outlives everything it handed out.
class Provider {
 public:
  virtual ~Provider() = default;

  /// Who hears of changes. To be added to before the io threads run; see Observers.
  [[nodiscard]] Observers& observers() noexcept { return *observers_; }

  /// The database as one io thread sees it. Connections open in the background: this neither blocks nor fails when the
  /// database is away. `sharers` is how many io threads call this, so that pools divide what is configured.
  [[nodiscard]] virtual std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) = 0;

  /// The same for the schema's sake. To be destroyed when its work is done: it may hold a connection of its own.
  [[nodiscard]] virtual std::unique_ptr<SchemaDatabase> open_schema(boost::asio::io_context& io) = 0;

  /// The same for many rows at once. To be destroyed before the io_context, once its calls have ended.
  [[nodiscard]] virtual std::unique_ptr<BulkDatabase> open_bulk(boost::asio::io_context& io) = 0;

  /// The same for a thread beside the io threads, whose work is not in a hurry: it gets one connection of its own and
  /// takes none from them.
  [[nodiscard]] std::unique_ptr<Database> open_beside(boost::asio::io_context& io) {
    constexpr unsigned more_than_connections = std::numeric_limits<unsigned>::max();
    return open(io, more_than_connections);
  }

  /// Takes what rows were before out of the log beside the database, as far as that is the program's: SQLite's log goes
  /// into the file and is cut to nothing. Blocks the calling thread until nobody reads any more, at most a minute;
  /// false where somebody still did then. PostgreSQL's log is its server's; nothing is done.
  [[nodiscard]] virtual bool empty_log() { return true; }

  /// Of all that was opened. Any thread.
  [[nodiscard]] virtual Load load() const = 0;

  /// What is known of the standbys that may answer reads, in the order of the settings. Any thread.
  [[nodiscard]] virtual std::span<const std::shared_ptr<StandbyFigures>> standbys() const { return {}; }

  /// Asks each of them how it is, for people; within the queries' deadlines. Throws what Database throws where the
  /// primary does not answer.
  [[nodiscard]] virtual Task<std::vector<StandbyFinding>> check_standbys(boost::asio::io_context& io);

  /// What is done where others find an announcement of this process only when they look. See FeedRing.
  virtual void ring_by(FeedRing::Sink /*sink*/) {}

  /// Starts to tell the observers what other processes change. One feed at a time.
  [[nodiscard]] virtual std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io) = 0;

 private:
  const std::shared_ptr<Observers> observers_ = std::make_shared<Observers>();  ///< calls under way have it as well
};

}  // namespace gatehouse::database
