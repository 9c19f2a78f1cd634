#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "database/provider.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::sqlite {

/// Tells the observers, each on its io thread, when the writer's thread has seen that another process wrote.
///
/// SQLite says only that something changed, not what. So every change is reported as if announcements had been missed:
/// on_feed_lost(), then on_feed_ready(). Destroying a ready feed calls on_feed_lost(). Thread-safe.
class ChangeFeeds {
 public:
  /// Subscribes until the feed is destroyed, on `io`'s thread. The feeds outlive it.
  [[nodiscard]] std::unique_ptr<ChangeFeed> watch(boost::asio::io_context& io, Observers& observers);

  [[nodiscard]] bool empty() const;

  // From the writer's thread.
  void available();  ///< changes are seen from now on
  void changed();    ///< another process wrote, or this one after it had answered the writer's caller
  void lost();       ///< changes are not seen any more

 private:
  class Feed;
  // Observers and readiness are touched on the io thread alone; a destroyed feed leaves nullptr.
  struct Subscriber {
    Executor executor;
    Observers* observers;
    bool is_ready = false;
  };

  void remove(const std::shared_ptr<Subscriber>& subscriber);
  static void tell(const std::shared_ptr<Subscriber>& subscriber, bool lost, bool ready);

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::vector<std::shared_ptr<Subscriber>> subscribers_;
  bool available_ = false;
};

}  // namespace gatehouse::database::sqlite
