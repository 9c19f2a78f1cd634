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

/// Rings through Redis, so that change feeds that read rows (CHANGE_FEED=redis) look at once for what was announced,
/// and not only at their next interval. A message says nothing but that there is something. Where Redis is away, or
/// loses one, it is found a little later.
///
/// Belongs to the io thread of the change feed, but for ring().
class FeedRinging {
 public:
  /// Everything outlives it.
  struct Parts {
    boost::asio::io_context& io;
    redis::Client& publisher;  ///< one that takes commands, of this io thread
    const redis::RedisSettings& settings;
    redis::Reach& reach;  ///< its own
    std::uint32_t seed;   ///< for the pauses between attempts to connect
    telemetry::Log& log;
  };

  explicit FeedRinging(const Parts& parts);
  FeedRinging(const FeedRinging&) = delete;
  FeedRinging& operator=(const FeedRinging&) = delete;

  /// The feed that is to look, from now on; null: none any more.
  void use(database::ChangeFeed* feed) { feed_ = feed; }

  /// Hears, until it is cancelled.
  [[nodiscard]] Task<> keep();

  /// Tells the feeds of all processes on the database to look. Any thread. What comes before the message has been sent
  /// goes with it.
  void ring();

  /// A command that who may not use the channels cannot carry out; nobody hears it.
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
