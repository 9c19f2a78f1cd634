#include "limits/arrivals.hpp"

#include <algorithm>
#include <bit>

namespace gatehouse::limits {
namespace {

std::uint64_t microseconds(Instant time) { return static_cast<std::uint64_t>(time.count()); }

std::uint8_t share_bits_of(const Quota& quota) {
  constexpr int kept = 8;
  const auto bits = static_cast<int>(std::bit_width(microseconds(quota.burst * quota.interval())));
  return static_cast<std::uint8_t>(std::max(bits - kept, 0));
}

}  // namespace

std::uint64_t Arrivals::Entry::missing(std::uint64_t now_us) const {
  return arrival_us > now_us ? ((arrival_us - now_us) >> share_bits) + 1 : 0;
}

Arrivals::Arrivals(std::size_t entries_max)
    : entries_max_(entries_max), entries_(std::min(places_at_first, entries_max)) {}

Instant Arrivals::of(const Key& key) const {
  const auto place = find(key);
  return Instant{place ? entries_[*place].arrival_us : 0};
}

void Arrivals::set(const Key& key, Instant arrival, const Quota& quota, Instant now) {
  Entry& place = place_for(key, now);
  place.key = key;
  place.arrival_us = microseconds(arrival) & arrival_us_max;
  place.share_bits = share_bits_of(quota);
}

Arrivals::Entry& Arrivals::place_for(const Key& key, Instant now) {
  if (const auto known = find(key)) return entries_[*known];
  Entry* place = &nearest_to_whole(key, now);
  while (place->missing(microseconds(now)) > 0 && entries_.size() < entries_max_) {
    grow(now);
    place = &nearest_to_whole(key, now);
  }
  return *place;
}

/// Multiplying and shifting spreads 32 bits evenly over any number of places (Lemire 2019).
std::size_t Arrivals::place_of(const Key& key, std::size_t step) const {
  const std::size_t own = ((key.low >> 32U) * entries_.size()) >> 32U;
  const std::size_t place = own + step;
  return place < entries_.size() ? place : place % entries_.size();
}

std::optional<std::size_t> Arrivals::find(const Key& key) const {
  for (std::size_t step = 0; step < reach; ++step) {
    const std::size_t place = place_of(key, step);
    if (entries_[place].key == key) return place;
  }
  return std::nullopt;
}

Arrivals::Entry& Arrivals::nearest_to_whole(const Key& key, Instant now) {
  Entry* best = &entries_[place_of(key, 0)];
  for (std::size_t step = 1; step < reach; ++step) {
    Entry& entry = entries_[place_of(key, step)];
    if (entry.missing(microseconds(now)) < best->missing(microseconds(now))) best = &entry;
  }
  return *best;
}

/// Keys that have their whole budget back are not carried over.
void Arrivals::grow(Instant now) {
  std::vector<Entry> old(std::min(2 * entries_.size(), entries_max_));
  old.swap(entries_);
  for (const Entry& entry : old) {
    const std::uint64_t missing = entry.missing(microseconds(now));
    if (missing == 0) continue;
    Entry& place = nearest_to_whole(entry.key, now);
    if (place.missing(microseconds(now)) < missing) place = entry;
  }
}

}  // namespace gatehouse::limits
