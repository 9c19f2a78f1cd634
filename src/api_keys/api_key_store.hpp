#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api_keys/model.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"

namespace gatehouse::api_keys {

/// Violated where a key is revoked already, or, on insert, where there are keys_max keys.
inline constexpr database::Constraint step_is_allowed{database::Violation::Kind::check,
                                                      {"api_keys_secret_hash_length"}};

/// A key's new secret, and how long the one before stays good.
struct Rotation {
  std::string hash;
  TimePoint previous_until;
};

/// That a key was used, and when.
struct KeyUse {
  ApiKeyId id;
  TimePoint at;
};

/// The only place that knows the SQL of the table api_keys. Keys that are revoked are kept for a while and seen by
/// nobody; those that have expired are kept as long, and neither listed nor counted.
///
/// A change violates step_is_allowed where it may not be made, so that what is committed with it, such as its event, is
/// there only if it was made.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class ApiKeyStore {
 public:
  static constexpr std::int64_t cleanup_keys_max = 500;
  /// How long a row stays that nobody can use.
  static constexpr std::chrono::days keeping_time{90};

  /// `database` outlives the store.
  explicit ApiKeyStore(database::Database& database) : database_(database) {}

  /// All that have not ended, oldest first.
  [[nodiscard]] Task<std::vector<StoredKey>> list(TimePoint now);
  /// By its public id; also one that has expired.
  [[nodiscard]] Task<std::optional<ApiKey>> find(std::string public_id);

  /// Violates step_is_allowed.
  [[nodiscard]] static database::Change<void> insert(NewApiKey key);
  /// Violates step_is_allowed.
  [[nodiscard]] static database::Change<void> rotate(ApiKeyId id, Rotation rotation);
  /// Violates step_is_allowed.
  [[nodiscard]] static database::Change<void> revoke(ApiKeyId id, TimePoint now);
  /// Nothing where it is known that the key was used, or shortly before: use_interval.
  [[nodiscard]] static database::Change<void> note_use(KeyUse use);
  /// Deletes keys that ended keeping_time ago, at most cleanup_keys_max, while the lease is held; how many.
  [[nodiscard]] static database::Change<std::int64_t> delete_ended(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::api_keys
