#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "audit/leaf_list.hpp"
#include "audit/seal.hpp"
#include "audit/seal_store.hpp"
#include "base/clock.hpp"
#include "jose/jws_key.hpp"
#include "runtime/task.hpp"

namespace gatehouse::audit {

inline constexpr std::size_t sealed_events_max = 10'000;  ///< per seal, plus the rest of its last transaction

/// A seal to be stored, and the leaf hashes to keep beside its events.
struct SealDraft {
  Seal seal;
  LeafList leaves;
  TimePoint oldest;  ///< when the first of its events was recorded
};

/// Makes seals of settled events: those at positions that no uncommitted transaction can have any more. Events of one
/// transaction share one position and go into one seal.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class Sealer {
 public:
  /// Database and clock outlive the sealer. Without a key seals are not signed.
  Sealer(database::Database& database, const Clock& clock, std::shared_ptr<const jose::SigningKey> key)
      : store_(database), clock_(clock), key_(std::move(key)) {}

  /// The seal that follows the newest one, signed and not yet stored; nothing if no event waits for it.
  [[nodiscard]] Task<std::optional<SealDraft>> draft();

 private:
  SealStore store_;
  const Clock& clock_;
  const std::shared_ptr<const jose::SigningKey> key_;
};

}  // namespace gatehouse::audit
