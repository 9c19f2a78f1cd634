#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "database/database.hpp"
#include "revocations/revocation_feed.hpp"
#include "revocations/revocation_log.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Reads the log of revocations for all waiting readers: when something may have been revoked, and every second, so
/// that they can say how recent their knowledge is. It reads nothing while the database is unavailable or nobody waits.
/// Belongs to its Database's io thread.
class FeedKeeper {
 public:
  /// A little less than that second.
  static constexpr std::chrono::milliseconds reading_interval{900};

  /// Feed and log outlive the keeper.
  FeedKeeper(revocations::RevocationFeed& feed, revocations::RevocationLog revocations, telemetry::Log& log)
      : feed_(feed), revocations_(std::move(revocations)), log_(log) {}

  /// Runs until the coroutine is cancelled.
  [[nodiscard]] Task<> keep();

 private:
  [[nodiscard]] Task<> read();
  [[nodiscard]] Task<> try_to_read();
  void tell(revocations::News news);

  revocations::RevocationFeed& feed_;
  revocations::RevocationLog revocations_;
  telemetry::Log& log_;
  std::string unread_reason_;  ///< already logged
};

}  // namespace gatehouse::service
