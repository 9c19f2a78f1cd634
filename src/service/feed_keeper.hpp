#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "database/database.hpp"
#include "revocations/revocation_feed.hpp"
#include "revocations/revocation_log.hpp"
#include "telemetry/log.hpp"

namespace gatehouse::service {

/// Reads the log of revocations for all who wait: when something may have been revoked, and each second, so that they
/// can say how new is what they know. While the database is away, and where nobody waits, it reads nothing. Belongs to
/// its Database's io thread.
class FeedKeeper {
 public:
  /// A little less than that second.
  static constexpr std::chrono::milliseconds reading_interval{900};

  /// Feed and log outlive the keeper.
  FeedKeeper(revocations::RevocationFeed& feed, revocations::RevocationLog revocations, telemetry::Log& log)
      : feed_(feed), revocations_(std::move(revocations)), log_(log) {}

  /// Until the coroutine is cancelled.
  [[nodiscard]] Task<> keep();

 private:
  [[nodiscard]] Task<> read();
  [[nodiscard]] Task<> try_to_read();
  void tell(revocations::News news);

  revocations::RevocationFeed& feed_;
  revocations::RevocationLog revocations_;
  telemetry::Log& log_;
  std::string unread_reason_;  ///< told in the log
};

}  // namespace gatehouse::service
