#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "audit/leaf.hpp"
#include "base/time.hpp"
#include "jose/jws_key.hpp"

namespace gatehouse::audit {

/// Vouches for the events from one position to another, and for all seals before it.
///
/// Seals are numbered 1, 2, 3 …; each begins at the position after the end of the one before (the first at 1) and holds
/// the hash of the one before (the first no_seal).
struct Seal {
  std::int64_t number;
  std::int64_t from;  ///< position
  std::int64_t to;    ///< position, of the last event
  std::int64_t count;
  Hash root;  ///< of the events in the order of (position, id)
  Hash previous;
  TimePoint sealed_at;
  std::optional<std::string> key_id = {};  ///< nothing: not signed
  std::string signature = {};              ///< 64 bytes, or none
  std::optional<TimePoint> pruned_at = {};
};

/// The first seal holds this as its `previous`.
inline constexpr Hash no_seal{};

/// SHA-256(0x02 | previous | from | to | count | root | sealed_at), numbers in eight bytes, big-endian, the time in
/// microseconds since 1970. This hash is what is signed, and the next seal holds it as its `previous`.
[[nodiscard]] Hash hash_of(const Seal& seal);

[[nodiscard]] inline std::string_view bytes_of(const Hash& hash) { return {hash.data(), hash.size()}; }

/// Signs the seal.
void sign(Seal& seal, const jose::SigningKey& key);

}  // namespace gatehouse::audit
