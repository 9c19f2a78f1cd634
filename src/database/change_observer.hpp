#pragma once

#include "database/announcement.hpp"

namespace gatehouse::database {

/// Remembers something of the database and hears when that is no longer true, whoever changed it.
///
/// This process's own changes arrive from Database::commit(), before and after each write. Other processes' arrive from
/// the change feed: on_feed_ready() once they are known to arrive, on_feed_lost() as soon as one might be missed. Until
/// the first on_feed_ready() and between lost and ready an observer must trust nothing it remembers.
///
/// Calls come from any thread, several at once; each returns quickly and never throws.
class ChangeObserver {
 public:
  virtual ~ChangeObserver() = default;
  virtual void on_feed_ready() noexcept = 0;
  virtual void on_feed_lost() noexcept = 0;
  /// Something changed, of any topic: an observer leaves alone what is not about it.
  virtual void on_announcement(const Announcement& announcement) noexcept = 0;
  /// Something changed that nobody here can name: everything remembered may be wrong.
  virtual void on_unknown_change() noexcept = 0;
};

}  // namespace gatehouse::database
