#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>

namespace gatehouse::database::postgres {

/// Which of several servers was left behind by a failover. Each promotion begins a timeline with a higher number. A
/// primary that comes back afterwards (its machine was paused, or its network cut) still has the lower one, and
/// believes that it is the primary until somebody tells it otherwise. Thread-safe.
///
/// A server restored from a backup may have a lower timeline and be the only one there is, so a refusal is not for
/// ever.
class NewestTimeline {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  /// A server of a lower timeline is believed only after nothing else has been found for this long. A cluster manager
  /// corrects a server that came back within a fraction of that time.
  static constexpr std::chrono::seconds believed_after{30};
  /// Attempts further apart than this do not count as one search.
  static constexpr std::chrono::seconds pause_max{10};

  /// Whether a server of this timeline, which takes writes at `now`, may be the primary. Always true if no newer
  /// timeline was seen.
  [[nodiscard]] bool admits(std::int64_t timeline, TimePoint now) {
    const std::scoped_lock lock{mutex_};
    if (timeline < newest_ && !is_long_search(now)) return false;
    newest_ = timeline;
    refused_at_ = {};
    return true;
  }

 private:
  /// Counts a refusal at `now`.
  [[nodiscard]] bool is_long_search(TimePoint now) {
    if (refused_at_ == TimePoint{} || now - refused_at_ > pause_max) begun_at_ = now;
    refused_at_ = now;
    return now - begun_at_ >= believed_after;
  }

  std::mutex mutex_;
  std::int64_t newest_ = 0;
  TimePoint begun_at_;    ///< the search's first refusal
  TimePoint refused_at_;  ///< its last one; zero: nothing was refused since a server was found
};

}  // namespace gatehouse::database::postgres
