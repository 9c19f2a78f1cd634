#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <string>

#include "database/provider.hpp"
#include "redis/client.hpp"
#include "redis/reach.hpp"
#include "redis/redis_settings.hpp"
#include "runtime/task.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Wakes change feeds through Redis, so that those that read rows (CHANGE_FEED=redis) look at once for what was
/// announced, and not only at their next interval. A message says only that there is something new. If Redis is
/// unavailable or loses a message, the change is found a little later.
///
/// Belongs to the io thread of the change feed, except for ring().
class FeedRinging {
 public:
  /// Everything outlives it.
  struct Parts {
    boost::asio::io_context& io;
    redis::Client& publisher;  ///< a client for commands, of this io thread
    const redis::RedisSettings& settings;
    redis::Reach& reach;  ///< its own
    std::uint32_t seed;   ///< for the pauses between attempts to connect
    telemetry::Log& log;
  };

  explicit FeedRinging(const Parts& parts);
  FeedRinging(const FeedRinging&) = delete;
  FeedRinging& operator=(const FeedRinging&) = delete;

  /// Sets the feed that has to look from now on; null: none any more.
  void use(database::ChangeFeed* feed) { feed_ = feed; }

  /// Listens for messages until it is cancelled.
  [[nodiscard]] Task<> keep();

  /// Tells the feeds of all processes on the database to look. Any thread. Calls that arrive before the message has
  /// been sent share it.
  void ring();

  /// A command that fails for users who may not use the channels. Nobody receives its message.
  [[nodiscard]] static std::string trial();

 private:
  [[nodiscard]] std::string channel() const;
  void publish();

  const Parts parts_;
  redis::Client subscriber_;
  database::ChangeFeed* feed_ = nullptr;
  std::atomic<bool> is_ringing_ = false;  ///< a message is about to be sent
};

}  // namespace gatehouse::service
