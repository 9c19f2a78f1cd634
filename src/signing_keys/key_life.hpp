#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "signing_keys/model.hpp"
#include "signing_keys/signing_key_store.hpp"

namespace gatehouse::signing_keys {

/// How long the states of a key's life last, at least. Pure; the clock is the caller's.
class KeyLife {
 public:
  /// Every replica has heard of a key by then: of what its change feed misses it reads within a second.
  static constexpr std::chrono::seconds settling_time{3};
  /// That a revoked key is not imported again.
  static constexpr std::chrono::days revoked_kept{365};
  /// For those whose copy of the published keys is older than it should be.
  static constexpr std::chrono::hours retired_margin{1};

  /// How long others may keep the published keys, and how long a token is good.
  struct Times {
    std::chrono::seconds jwks_max_age;
    std::chrono::seconds token_ttl;
  };

  explicit KeyLife(const Times& times) : times_(times) {}

  /// How long a key is published before it signs: as long as others may use an older copy.
  [[nodiscard]] std::chrono::seconds publication() const {
    return times_.jwks_max_age + stale_time(times_.jwks_max_age);
  }
  /// From when on a key in state next may be made the current one.
  [[nodiscard]] TimePoint may_sign_from(const StoredKey& key) const { return key.created_at + publication(); }
  [[nodiscard]] KeyEnd retirement(TimePoint now) const { return {now, now + times_.token_ttl + retired_margin}; }
  [[nodiscard]] static KeyEnd revocation(TimePoint now) { return {now, now + revoked_kept}; }

  /// A sixth: for how long others may use their copy while they fetch a new one (RFC 5861).
  [[nodiscard]] static std::chrono::seconds stale_time(std::chrono::seconds jwks_max_age) {
    return std::chrono::ceil<std::chrono::seconds>(jwks_max_age / 6.0);
  }

 private:
  Times times_;
};

/// The key in that state that is the oldest; null where there is none.
[[nodiscard]] const StoredKey* oldest_in(KeyState state, std::span<const StoredKey> keys);

/// What rotation has to do next.
enum class RotationStep : std::uint8_t {
  none,
  generate,  ///< a successor, in time to be published
  promote,   ///< the oldest key in state next
};

/// A current key signs for `interval`. Zero, or no key that is current: rotation is up to the operator.
[[nodiscard]] RotationStep due_step(std::span<const StoredKey> keys, std::chrono::seconds interval, const KeyLife& life,
                                    TimePoint now);

}  // namespace gatehouse::signing_keys
