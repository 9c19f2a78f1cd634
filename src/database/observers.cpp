#include "database/observers.hpp"

namespace gatehouse::database {

void Observers::announce(std::span<const Announcement> announcements) const noexcept {
  for (const Announcement& announcement : announcements) {
    for (ChangeObserver& observer : observers_) observer.on_announcement(announcement);
  }
}

void Observers::hear(std::string_view text) const noexcept {
  if (const auto announcement = read_announcement(text)) return announce({&*announcement, 1});
  for (ChangeObserver& observer : observers_) observer.on_unknown_change();
}

void Observers::feed_proved(BootTime trusted_until) const noexcept {
  for (ChangeObserver& observer : observers_) observer.on_feed_proved(trusted_until);
}

void Observers::feed_lost() const noexcept {
  for (ChangeObserver& observer : observers_) observer.on_feed_lost();
}

}  // namespace gatehouse::database
