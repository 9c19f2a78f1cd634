#include "database/observers.hpp"

namespace gatehouse::database {

void Observers::announce(std::span<const Announcement> announcements) const noexcept {
  for (const Announcement& announcement : announcements) {
    for (ChangeObserver& observer : observers_) observer.on_announcement(announcement);
  }
}

void Observers::hear(std::string_view text) const noexcept {
  const auto heard = read_announcement(text);
  if (!heard) {
    for (ChangeObserver& observer : observers_) observer.on_unknown_change();
    return;
  }
  announce({&heard->announcement, 1});
  for (CallObserver& observer : call_observers_) observer.on_heard(*heard);
}

void Observers::time_told(const ServerTime& time) const noexcept {
  for (CallObserver& observer : call_observers_) observer.on_time(time);
}

void Observers::feed_proved(BootTime trusted_until) const noexcept {
  for (ChangeObserver& observer : observers_) observer.on_feed_proved(trusted_until);
}

void Observers::feed_lost() const noexcept {
  for (ChangeObserver& observer : observers_) observer.on_feed_lost();
}

void Observers::called(const EndedCall& call) const noexcept {
  for (CallObserver& observer : call_observers_) observer.on_call(call);
}

void Observers::occurred(const Occurrence& occurrence) const noexcept {
  for (CallObserver& observer : call_observers_) observer.on_occurrence(occurrence);
}

}  // namespace gatehouse::database
