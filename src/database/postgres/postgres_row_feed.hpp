#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "database/driver_log.hpp"
#include "database/postgres/connection_need.hpp"
#include "database/postgres/connection_pool.hpp"
#include "database/provider.hpp"

namespace gatehouse::database::postgres {

/// Reads announcements as rows, for servers and poolers without LISTEN: every 100 ms, and at once when it is told to
/// look(). Each look is its own proof, for it goes the way that queries go, and sees whatever was committed when it was
/// sent. A proof ends 2.5 s after that, as that of PostgresChangeFeed does. The observers also hear on_feed_lost() when
/// no look has come back for so long, when rows were missed, and when a ready feed is destroyed.
///
/// While it reads, it gives rows their positions, if nobody else does, and every ten seconds sees to it that changes
/// are told as rows at all (gatehouse_use_feed() of the schema).
class PostgresRowFeed final : public ChangeFeed {
 public:
  /// What it works with.
  struct Parts {
    boost::asio::io_context& io;
    /// Makes a pool of two connections at most, whose calls end within FeedProbe::deadline.
    std::function<std::shared_ptr<ConnectionPool>()> make_pool;
    /// That of the process's pools, which outlives the feed: it connects only while each of them has a connection, and
    /// gives its own back when one of them can get none.
    const ConnectionNeed& need;
    Observers& observers;  ///< likewise
    DriverLog log;
    std::uint32_t seed;
  };

  explicit PostgresRowFeed(Parts parts);
  ~PostgresRowFeed() override;

  void look() override;
  [[nodiscard]] std::string log() const override;

 private:
  class Reading;

  const std::shared_ptr<Reading> reading_;
};

}  // namespace gatehouse::database::postgres
