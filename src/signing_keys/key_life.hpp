#pragma once

#include <chrono>
#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "signing_keys/model.hpp"
#include "signing_keys/signing_key_store.hpp"

namespace gatehouse::signing_keys {

/// How long each state of a key's life lasts, at least. Pure; the caller provides the time.
class KeyLife {
 public:
  /// After this time every replica knows of a key: what its change feed misses, it reads within a second.
  static constexpr std::chrono::seconds settling_time{3};
  /// How long a revoked key is kept, so that it is not imported again.
  static constexpr std::chrono::days revoked_kept{365};
  /// For those whose copy of the published keys is older than it should be.
  static constexpr std::chrono::hours retired_margin{1};

  /// How long others may keep the published keys, and how long a token is valid.
  struct Times {
    std::chrono::seconds jwks_max_age;
    std::chrono::seconds token_ttl;
  };

  explicit KeyLife(const Times& times) : times_(times) {}

  /// How long a key is published before it signs: as long as others may use an older copy.
  [[nodiscard]] std::chrono::seconds publication() const {
    return times_.jwks_max_age + stale_time(times_.jwks_max_age);
  }
  /// The earliest time at which a key in state next may be made the current one.
  [[nodiscard]] TimePoint may_sign_from(const StoredKey& key) const { return key.created_at + publication(); }
  [[nodiscard]] KeyEnd retirement(TimePoint now) const { return {now, now + times_.token_ttl + retired_margin}; }
  [[nodiscard]] static KeyEnd revocation(TimePoint now) { return {now, now + revoked_kept}; }

  /// How long others may use their old copy while they fetch a new one (RFC 5861): a sixth of `jwks_max_age`.
  [[nodiscard]] static std::chrono::seconds stale_time(std::chrono::seconds jwks_max_age) {
    return std::chrono::ceil<std::chrono::seconds>(jwks_max_age / 6.0);
  }

 private:
  Times times_;
};

/// The oldest key in that state; null if there is none.
[[nodiscard]] const StoredKey* oldest_in(KeyState state, std::span<const StoredKey> keys);

/// What rotation has to do next.
enum class RotationStep : std::uint8_t {
  none,
  generate,  ///< a successor, in time to be published
  promote,   ///< the oldest key in state next
};

/// The current key signs for `interval`. If that is zero, or no key is current, rotation is up to the operator.
[[nodiscard]] RotationStep due_step(std::span<const StoredKey> keys, std::chrono::seconds interval, const KeyLife& life,
                                    TimePoint now);

}  // namespace gatehouse::signing_keys
