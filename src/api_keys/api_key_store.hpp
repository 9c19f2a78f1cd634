#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api_keys/model.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::api_keys {

/// Violated if the key is already revoked or, on insert, if there are keys_max keys.
inline constexpr database::Constraint step_is_allowed{database::Violation::Kind::check,
                                                      {"api_keys_secret_hash_length"}};

/// A key's new secret, and how long the previous one stays valid.
struct Rotation {
  std::string hash;
  TimePoint previous_until;
};

/// That a key was used, and when.
struct KeyUse {
  ApiKeyId id;
  TimePoint at;
};

/// The only place that knows the SQL of the table api_keys. Revoked keys are kept for a while, but never returned;
/// expired ones are kept as long, and are neither listed nor counted.
///
/// A change that may not be made violates step_is_allowed, so that whatever is committed with it, such as its event,
/// exists only if the change was made.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class ApiKeyStore {
 public:
  static constexpr std::int64_t cleanup_keys_max = 500;
  /// How long a row stays after its key has ended.
  static constexpr std::chrono::days keeping_time{90};

  /// `database` outlives the store.
  explicit ApiKeyStore(database::Database& database) : database_(database) {}

  /// All keys that have not ended, oldest first.
  [[nodiscard]] Task<std::vector<StoredKey>> list(TimePoint now);
  /// The key with this public id, even if it has expired.
  [[nodiscard]] Task<std::optional<ApiKey>> find(std::string public_id);

  /// May violate step_is_allowed.
  [[nodiscard]] static database::Change<void> insert(NewApiKey key);
  /// May violate step_is_allowed.
  [[nodiscard]] static database::Change<void> rotate(ApiKeyId id, Rotation rotation);
  /// May violate step_is_allowed.
  [[nodiscard]] static database::Change<void> revoke(ApiKeyId id, TimePoint now);
  /// Writes nothing if the stored use is less than use_interval older than this one.
  [[nodiscard]] static database::Change<void> note_use(KeyUse use);
  /// Deletes keys that ended keeping_time ago, at most cleanup_keys_max, while the lease is held; returns how many.
  [[nodiscard]] static database::Change<std::int64_t> delete_ended(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::api_keys
