#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "database/change_observer.hpp"
#include "database/database.hpp"

namespace gatehouse::database {

/// Calls its ChangeObserver until it is destroyed. Created, run and destroyed on one io thread.
class ChangeFeed {
 public:
  virtual ~ChangeFeed() = default;
};

/// The configured database, opened once for the process. Thread-safe; outlives everything it handed out.
class Provider {
 public:
  virtual ~Provider() = default;

  /// The database as one io thread sees it. Connections open in the background: this neither blocks nor fails when the
  /// database is away. `sharers` is how many times the process calls this, so that pools divide what is configured.
  [[nodiscard]] virtual std::unique_ptr<Database> open(boost::asio::io_context& io, unsigned sharers) = 0;

  /// Starts to report what other processes announce. `observer` outlives the feed.
  [[nodiscard]] virtual std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io, ChangeObserver& observer) = 0;
};

}  // namespace gatehouse::database
