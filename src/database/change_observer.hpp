#pragma once

#include "base/boot_clock.hpp"
#include "database/announcement.hpp"

namespace gatehouse::database {

/// Remembers something of the database and hears when that is no longer true, whoever changed it.
///
/// This process's own changes arrive from Database::commit(), before and after each write. Other processes' arrive from
/// the change feed, which proves again and again that it hears: on_feed_proved() says until when that proof is good,
/// and on_feed_lost() that one change might have been missed. Before the first proof, after a loss until the next one,
/// and from the end of the last proof on, an observer must trust nothing it remembers. The end is a time and not an
/// event, because a process that stands still learns of no event.
///
/// Calls come from any thread, several at once; each returns quickly and never throws.
class ChangeObserver {
 public:
  virtual ~ChangeObserver() = default;
  /// Whatever was changed longer than a moment before `trusted_until` has been told, or will be told in time.
  virtual void on_feed_proved(BootTime trusted_until) noexcept = 0;
  virtual void on_feed_lost() noexcept = 0;
  /// Something changed, of any topic: an observer leaves alone what is not about it.
  virtual void on_announcement(const Announcement& announcement) noexcept = 0;
  /// Something changed that nobody here can name: everything remembered may be wrong.
  virtual void on_unknown_change() noexcept = 0;
};

}  // namespace gatehouse::database
