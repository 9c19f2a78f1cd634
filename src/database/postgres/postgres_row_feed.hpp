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
/// look(). Each look is its own proof, because it goes the same way as queries, and sees whatever was committed when it
/// was sent. A proof ends 2.5 s after that, as with PostgresChangeFeed. The observers also hear on_feed_lost() when no
/// look has come back for that long, when rows were missed, and when a ready feed is destroyed.
///
/// While it reads, it assigns positions to rows, if nobody else does, and makes sure every ten seconds that changes are
/// told as rows at all (gatehouse_use_feed() of the schema).
class PostgresRowFeed final : public ChangeFeed {
 public:
  /// What it works with.
  struct Parts {
    boost::asio::io_context& io;
    /// Makes a pool of two connections at most, whose calls end within FeedProbe::deadline.
    std::function<std::shared_ptr<ConnectionPool>()> make_pool;
    /// That of the process's pools, which outlives the feed. The feed connects only while each pool has a connection,
    /// and gives up its own connections when a pool can get none.
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
