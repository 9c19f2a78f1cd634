#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "database/provider.hpp"

namespace gatehouse::database::sqlite {

/// Tells the observers, on the writer's thread, whether anybody else has written.
///
/// SQLite says only that something changed, not what. So every change is reported as if announcements had been missed:
/// on_feed_lost(), then, from the writer's next look on, on_feed_proved(). Destroying a proved feed calls
/// on_feed_lost(). Thread-safe.
class ChangeFeeds {
 public:
  /// Subscribes the observers until the feed is destroyed. This object and `observers` outlive the feed.
  [[nodiscard]] std::unique_ptr<ChangeFeed> watch(Observers& observers);

  [[nodiscard]] bool empty() const;

  // From the writer's thread.
  /// Nobody else had changed anything at the writer's last look, and it will look again before then.
  void prove(BootTime trusted_until);
  /// Somebody else wrote, or this process after it had answered the writer's caller, or nobody can look.
  void lose();

 private:
  class Feed;
  struct Subscriber {
    Observers* observers;
    bool is_proved = false;
  };

  static void lose(Subscriber& subscriber);
  void remove(const Subscriber* subscriber);

  mutable std::mutex mutex_;  ///< held while observers are called, so that none is called after its feed is gone
  std::vector<std::unique_ptr<Subscriber>> subscribers_;  ///< guarded by mutex_
};

}  // namespace gatehouse::database::sqlite
