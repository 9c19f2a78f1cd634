#include "database/changes.hpp"

#include <algorithm>

namespace gatehouse::database {

void Changes::announce(const Announcement& announcement) {
  if (std::ranges::find(announcements_, announcement) == announcements_.end()) announcements_.push_back(announcement);
}

void Changes::take(Command command, const std::optional<Announcement>& announcement) {
  commands_.push_back(std::move(command));
  if (announcement) announce(*announcement);
}

}  // namespace gatehouse::database
