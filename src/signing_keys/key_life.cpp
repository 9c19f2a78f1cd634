#include "signing_keys/key_life.hpp"

#include <algorithm>

namespace gatehouse::signing_keys {

const StoredKey* oldest_in(KeyState state, std::span<const StoredKey> keys) {
  const StoredKey* oldest = nullptr;
  for (const StoredKey& key : keys) {
    if (key.state == state && (oldest == nullptr || key.created_at < oldest->created_at)) oldest = &key;
  }
  return oldest;
}

RotationStep due_step(std::span<const StoredKey> keys, std::chrono::seconds interval, const KeyLife& life,
                      TimePoint now) {
  const StoredKey* const current = oldest_in(KeyState::current, keys);
  if (interval.count() == 0 || current == nullptr) return RotationStep::none;
  const TimePoint end = current->current_from.value_or(current->created_at) + interval;
  const StoredKey* const next = oldest_in(KeyState::next, keys);
  if (next == nullptr) return now >= end - life.publication() ? RotationStep::generate : RotationStep::none;
  return now >= std::max(end, life.may_sign_from(*next)) ? RotationStep::promote : RotationStep::none;
}

}  // namespace gatehouse::signing_keys
