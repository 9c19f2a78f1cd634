#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <mutex>
#include <vector>

#include "database/provider.hpp"
#include "runtime/task.hpp"

namespace gatehouse::database::sqlite {

/// Passes what the writer's thread sees of other processes' writes on to the observers, each on its io thread.
///
/// SQLite says that something changed, not what: every change is a moment in which announcements were missed, told as
/// on_feed_lost() and then on_feed_ready(). A ready feed that is destroyed tells on_feed_lost(). Thread-safe.
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
