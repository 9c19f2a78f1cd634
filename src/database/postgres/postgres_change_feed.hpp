#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "database/driver_log.hpp"
#include "database/postgres/connect_options.hpp"
#include "database/postgres/connection_need.hpp"
#include "database/provider.hpp"
#include "runtime/back_off.hpp"

namespace gatehouse::database::postgres {

/// Where a feed listens, and where it sends its probes, which take the same way as announcements.
struct FeedEndpoints {
  std::shared_ptr<const ConnectOptions> listen;
  std::shared_ptr<const ConnectOptions> query;
};

/// LISTENs for announcements, and proves every second that it hears: a second connection, opened like those for
/// queries, notifies a channel that only this feed knows. Only a probe that came back makes the feed ready, so a pooler
/// that swallows LISTEN, a listen address of another database or a dead link never looks like a working feed. (A probe
/// on the listening connection itself would prove nothing: a pooler returns a session's own notifications to it.)
///
/// Reconnects by itself. A proof ends 2.5 s (a probe's interval and its deadline) after its probe was sent. The
/// observers also hear on_feed_lost() as soon as the feed knows of a loss, and when a ready feed is destroyed.
class PostgresChangeFeed final : public ChangeFeed {
 public:
  /// `need` is that of the process's pools, and outlives the feed. The feed connects only while each pool has a
  /// connection, and gives up its own connections when a pool can get none.
  PostgresChangeFeed(boost::asio::io_context& io, FeedEndpoints endpoints, const ConnectionNeed& need,
                     Observers& observers, DriverLog log, std::span<const std::byte> secret_name,
                     runtime::BackOff back_off);
  ~PostgresChangeFeed() override;

 private:
  class Listener;

  const std::shared_ptr<Listener> listener_;
};

}  // namespace gatehouse::database::postgres
