#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <utility>

#include "revocations/revocation_feed.hpp"
#include "revocations/revocation_log.hpp"

namespace gatehouse::revocations {

/// How far a reader has read, and how new that is.
struct Known {
  Place end;
  TimePoint as_of;
  std::chrono::steady_clock::time_point read_at;
};

/// Reads on behalf of one io thread's clients: from the log and, while it waits, from what the feed's keeper has read
/// for all. Belongs to its Database's thread; throws what Database throws.
class RevocationReader {
 public:
  /// The feed outlives the reader.
  RevocationReader(RevocationLog log, RevocationFeed& feed) : log_(std::move(log)), feed_(feed) {}

  [[nodiscard]] RevocationLog& log() { return log_; }
  [[nodiscard]] RevocationFeed& feed() { return feed_; }

  /// What comes after `known`: news, or only that nothing has changed up to a newer time. Waits until the feed's keeper
  /// has read the log, but not beyond `until`, and not for a client that is gone; then it may return `known` unchanged.
  /// Without a value: see RevocationLog::read().
  [[nodiscard]] Task<std::optional<News>> next(Known known, std::chrono::steady_clock::time_point until,
                                               std::stop_token gone);

 private:
  RevocationLog log_;
  RevocationFeed& feed_;
};

}  // namespace gatehouse::revocations
