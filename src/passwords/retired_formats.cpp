#include "passwords/retired_formats.hpp"

#include <algorithm>

namespace gatehouse::passwords {

void RetiredFormats::remember(const PhcFormat& format) {
  const std::scoped_lock lock(mutex_);
  // Beyond the limit, a format is checked in the current one's place.
  if (formats_.size() >= count_max || std::ranges::find(formats_, format) != formats_.end()) return;
  formats_.push_back(format);
}

std::vector<PhcFormat> RetiredFormats::all() const {
  // A copy, so that no check holds the lock while it hashes.
  const std::scoped_lock lock(mutex_);
  return formats_;
}

}  // namespace gatehouse::passwords
