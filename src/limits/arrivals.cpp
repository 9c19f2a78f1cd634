#include "limits/arrivals.hpp"

#include <algorithm>
#include <utility>

namespace gatehouse::limits {

Arrivals::Arrivals(std::size_t entries_max)
    : entries_max_(entries_max), entries_(std::min(places_at_first, entries_max)) {}

Instant& Arrivals::of(const Key& key, Instant now) {
  if (Entry* known = find(key)) return known->arrival;
  Entry* place = &nearest_to_whole(key);
  while (place->arrival > now && entries_.size() < entries_max_) {
    grow(now);
    place = &nearest_to_whole(key);
  }
  *place = {key, Instant{0}};
  return place->arrival;
}

/// Multiplying and shifting spreads 32 bits evenly over any number of places (Lemire 2019).
Arrivals::Entry& Arrivals::place_at(const Key& key, std::size_t step) {
  const std::size_t own = ((key.low >> 32U) * entries_.size()) >> 32U;
  const std::size_t place = own + step;
  return entries_[place < entries_.size() ? place : place % entries_.size()];
}

Arrivals::Entry* Arrivals::find(const Key& key) {
  for (std::size_t step = 0; step < reach; ++step) {
    Entry& entry = place_at(key, step);
    if (entry.key == key) return &entry;
  }
  return nullptr;
}

Arrivals::Entry& Arrivals::nearest_to_whole(const Key& key) {
  Entry* best = &place_at(key, 0);
  for (std::size_t step = 1; step < reach; ++step) {
    Entry& entry = place_at(key, step);
    if (entry.arrival < best->arrival) best = &entry;
  }
  return *best;
}

/// What has its whole budget back is left behind.
void Arrivals::grow(Instant now) {
  std::vector<Entry> old(std::min(2 * entries_.size(), entries_max_));
  old.swap(entries_);
  for (const Entry& entry : old) {
    if (entry.arrival <= now) continue;
    Entry& place = nearest_to_whole(entry.key);
    if (place.arrival < entry.arrival) place = entry;
  }
}

}  // namespace gatehouse::limits
