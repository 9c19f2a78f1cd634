#pragma once

#include <string_view>

namespace gatehouse::database {

/// Hears what other processes changed, so that nothing cached here outlives a revocation made there.
///
/// A driver's change feed calls it, from one thread at a time: on_feed_ready() once announcements are known to arrive,
/// on_announcement() for each, on_feed_lost() as soon as they might be missed. Until the first on_feed_ready() and
/// between lost and ready an observer must trust nothing it remembers. Calls return quickly and never throw.
class ChangeObserver {
 public:
  virtual ~ChangeObserver() = default;
  virtual void on_feed_ready() noexcept = 0;
  virtual void on_feed_lost() noexcept = 0;
  virtual void on_announcement(std::string_view announcement) noexcept = 0;
};

}  // namespace gatehouse::database
