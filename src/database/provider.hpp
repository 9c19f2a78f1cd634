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

  /// For a feed that looks at intervals: identifies the announcements that it reads, the same in all processes on one
  /// database and in no others. Letters and digits; empty until it is known.
  [[nodiscard]] virtual std::string log() const { return {}; }
};

/// The configured database, opened once for the process. Thread-safe; outlives everything it handed out.
class Provider {
 public:
  virtual ~Provider() = default;

  /// Those who hear of changes. Add to them before the io threads run; see Observers.
  [[nodiscard]] Observers& observers() noexcept { return *observers_; }

  /// The database as one io thread sees it. Connections open in the background: this neither blocks nor fails if the
  /// database is unreachable. `sharers` is how many io threads call this, so that their pools share the configured
  /// connections.
  [[nodiscard]] virtual std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) = 0;

  /// The same for work on the schema. Destroy it when that is done: it may hold its own connection.
  [[nodiscard]] virtual std::unique_ptr<SchemaDatabase> open_schema(boost::asio::io_context& io) = 0;

  /// The same for writing many rows at once. Destroy it once its calls have ended, before the io_context.
  [[nodiscard]] virtual std::unique_ptr<BulkDatabase> open_bulk(boost::asio::io_context& io) = 0;

  /// The same for a thread beside the io threads whose work is not urgent: it gets its own single connection and takes
  /// none from them.
  [[nodiscard]] std::unique_ptr<Database> open_beside(boost::asio::io_context& io) {
    constexpr unsigned more_than_connections = std::numeric_limits<unsigned>::max();
    return open(io, more_than_connections);
  }

  /// Removes the former contents of rows from the log beside the database, if the program manages that log: SQLite's
  /// write-ahead log is copied into the file and truncated. Blocks the calling thread until nobody reads any more, at
  /// most a minute; false if somebody still does then. PostgreSQL's server manages its own log, so nothing is done.
  [[nodiscard]] virtual bool empty_log() { return true; }

  /// The load of everything that was opened. Any thread.
  [[nodiscard]] virtual Load load() const = 0;

  /// What is known of the standbys that may answer reads, in the order of the settings. Any thread.
  [[nodiscard]] virtual std::span<const std::shared_ptr<StandbyFigures>> standbys() const { return {}; }

  /// Asks each standby how it is, for people; within the query deadlines. Throws what Database throws if the primary
  /// does not answer.
  [[nodiscard]] virtual Task<std::vector<StandbyFinding>> check_standbys(boost::asio::io_context& io);

  /// Sets what is done after an announcement that other processes find only when they look. See FeedRing.
  virtual void ring_by(FeedRing::Sink /*sink*/) {}

  /// Starts to tell the observers what other processes change. One feed at a time.
  [[nodiscard]] virtual std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io) = 0;

 private:
  const std::shared_ptr<Observers> observers_ = std::make_shared<Observers>();  ///< shared with calls under way
};

}  // namespace gatehouse::database
