#pragma once

#include "base/boot_clock.hpp"
#include "database/announcement.hpp"

namespace gatehouse::database {

/// Remembers something from the database and is told when it is no longer true, whoever changed it.
///
/// This process's own changes arrive from Database::commit(), before and after each write. Other processes' changes
/// arrive from the change feed, which proves again and again that it hears them: on_feed_proved() says until when that
/// proof is good, and on_feed_lost() that a change might have been missed. An observer must trust nothing it remembers
/// before the first proof, between a loss and the next proof, and after the last proof has expired. The expiry is a
/// time and not an event, because a process that is stopped receives no event.
///
/// Calls come from any thread, several at once; each returns quickly and never throws.
class ChangeObserver {
 public:
  virtual ~ChangeObserver() = default;
  /// Every change made up to a moment before `trusted_until` has been told, or will be told in time.
  virtual void on_feed_proved(BootTime trusted_until) noexcept = 0;
  virtual void on_feed_lost() noexcept = 0;
  /// Something changed, of any topic; an observer ignores topics that do not concern it.
  virtual void on_announcement(const Announcement& announcement) noexcept = 0;
  /// Something changed that nobody here can name: everything remembered may be wrong.
  virtual void on_unknown_change() noexcept = 0;
};

}  // namespace gatehouse::database
