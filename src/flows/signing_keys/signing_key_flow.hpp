#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit_store.hpp"
#include "base/clock.hpp"
#include "crypto/random.hpp"
#include "database/database.hpp"
#include "jose/asymmetric_key.hpp"
#include "signing_keys/key_life.hpp"
#include "signing_keys/sealer_in_use.hpp"
#include "signing_keys/signing_key_store.hpp"

namespace gatehouse::flows {

/// Why a step in a key's life was refused.
enum class KeyError {
  unknown_key,        ///< the table has no key with this kid
  known_key,          ///< the table has it already
  too_many_keys,      ///< signing_keys::keys_max
  no_next_key,        ///< none waits to be promoted
  no_current_key,     ///< none signs
  not_next,           ///< it signs already, or has ended
  unreadable,         ///< it is sealed with a secret that this process was not given
  too_young,          ///< others may not know it yet
  has_ended,          ///< it is retired or revoked already
  changed_meanwhile,  ///< by somebody else, at the same time
};

/// The rest of a sentence that begins with `the key …`.
[[nodiscard]] std::string_view to_text(KeyError error);

/// Why a step was refused, and when it will be possible.
struct KeyRefusal {
  KeyError reason;
  std::optional<TimePoint> possible_from = {};  ///< for too_young
};

/// A step that was taken.
struct KeyStep {
  std::string kid;
  std::optional<std::string> other =
      {};                    ///< for a promotion, the key that signed before; for a revocation, the one that does now
  bool was_current = false;  ///< whether a key that has ended was the current one
};

/// Where a new key comes from.
enum class KeySource : std::uint8_t { generated, imported };

/// How long a key must have been published before it is promoted.
enum class Publication : std::uint8_t {
  complete,  ///< KeyLife::publication()
  waived,    ///< only until every replica has heard of it
};

/// Moves keys through their life, and puts each step on record. Each replica hears of it through the change feed. One
/// per Database's thread; everything it refers to outlives it. Throws what Database throws.
class SigningKeyFlow {
 public:
  /// What the flow works with.
  struct Parts {
    database::Database& database;
    const signing_keys::SealerInUse& sealer;
    signing_keys::KeyLife life;
    const Clock& clock;
    crypto::Random& random;
  };
  using Result = std::expected<KeyStep, KeyRefusal>;

  explicit SigningKeyFlow(const Parts& parts) : parts_(parts), store_(parts.database) {}

  /// Adds the key in state next. Fails with known_key, too_many_keys.
  [[nodiscard]] Task<Result> add(jose::AsymmetricKey key, KeySource source, audit::Origin origin);
  /// Promotes the named key, or the one that has waited longest, and retires the one that signed before. Fails with
  /// unknown_key, no_next_key, not_next, too_young, unreadable, changed_meanwhile.
  [[nodiscard]] Task<Result> promote(std::optional<std::string> kid, Publication publication, audit::Origin origin);
  /// Retires the named key, or the one that signs. If that was the current one, the keys of the settings sign. Fails
  /// with unknown_key, no_current_key, has_ended, changed_meanwhile.
  [[nodiscard]] Task<Result> retire(std::optional<std::string> kid, audit::Origin origin);
  /// Revokes the key. If it was the current one, a key whose publication is complete takes over, or else the keys of
  /// the settings. Fails with unknown_key, has_ended, changed_meanwhile.
  [[nodiscard]] Task<Result> revoke(std::string kid, audit::Origin origin);

  /// Forgets keys whose time is over, and takes the step that is due if each key signs for `interval`. Throws
  /// std::runtime_error if that step cannot be taken.
  [[nodiscard]] Task<> rotate(std::chrono::seconds interval);

 private:
  [[nodiscard]] bool is_readable(const signing_keys::StoredKey& key) const;
  [[nodiscard]] std::vector<signing_keys::StoredKey> readable(std::vector<signing_keys::StoredKey> keys) const;
  void add_promotion(database::Changes& changes, const signing_keys::StoredKey& key, TimePoint created_by,
                     std::optional<std::string> replaced, const audit::Origin& origin) const;
  [[nodiscard]] Task<Result> commit(database::Changes changes, KeyStep step);
  [[nodiscard]] Task<Result> take_step(std::vector<signing_keys::StoredKey> keys, std::chrono::seconds interval);

  const Parts parts_;
  signing_keys::SigningKeyStore store_;
};

}  // namespace gatehouse::flows
