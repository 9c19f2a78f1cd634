#include "limits/memory_limits.hpp"

#include <algorithm>
#include <cassert>

namespace gatehouse::limits {

MemoryLimits::MemoryLimits(std::size_t entries_max) {
  const std::size_t entries_of_one = std::max<std::size_t>(entries_max / shard_count, 1);
  for (auto& shard : shards_) shard = std::make_unique<Shard>(entries_of_one);
}

/// Locks in the order of the shards, so that two requests with the same keys never deadlock.
MemoryLimits::Locks MemoryLimits::lock(std::span<const Charge> charges) {
  assert(charges.size() <= charges_max);
  Locks locks;
  std::size_t from = 0;
  for (auto& lock : locks) {
    std::size_t next = shard_count;
    for (const Charge& charge : charges) {
      const std::size_t index = index_of(charge.key);
      if (index >= from) next = std::min(next, index);
    }
    if (next == shard_count) break;
    lock = std::unique_lock{shards_[next]->mutex};
    from = next + 1;
  }
  return locks;
}

Outcome MemoryLimits::charge(std::span<const Charge> charges, Instant now) {
  const Locks locks = lock(charges);
  Outcome outcome;
  std::array<Instant, charges_max> used{};
  for (std::size_t i = 0; i < charges.size(); ++i) {
    const Instant arrival = shard_of(charges[i].key).arrivals.of(charges[i].key);
    outcome.standings[i] = standing(arrival, charges[i].quota, now);
    const auto next = use_unit(arrival, charges[i].quota, now);
    if (!next && !outcome.refused_by) outcome.refused_by = i;
    used[i] = next.value_or(arrival);
  }
  if (!outcome.is_allowed()) return outcome;
  for (std::size_t i = 0; i < charges.size(); ++i) {
    shard_of(charges[i].key).arrivals.set(charges[i].key, used[i], charges[i].quota, now);
    outcome.standings[i] = standing(used[i], charges[i].quota, now);
  }
  return outcome;
}

void MemoryLimits::give_back(const Charge& charge, Instant now) {
  Shard& shard = shard_of(charge.key);
  const std::scoped_lock lock(shard.mutex);
  const Instant arrival = shard.arrivals.of(charge.key);
  if (arrival > now) shard.arrivals.set(charge.key, give_back_unit(arrival, charge.quota, now), charge.quota, now);
}

std::size_t MemoryLimits::places() {
  std::size_t places = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock(shard->mutex);
    places += shard->arrivals.places();
  }
  return places;
}

}  // namespace gatehouse::limits
