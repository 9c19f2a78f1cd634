#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "database/database.hpp"
#include "signing_keys/model.hpp"

namespace gatehouse::signing_keys {

/// Violated if the table has a key with this kid, in whatever state.
inline constexpr database::Constraint key_is_new{database::Violation::Kind::unique,
                                                 {"signing_keys_pkey", "signing_keys.kid"}};
/// Violated if a key is not, or no longer, in a state that the step starts from; on insert: if there are too many.
inline constexpr database::Constraint step_is_allowed{database::Violation::Kind::check, {"signing_keys_state_known"}};
/// Violated if somebody else has just made another key the current one.
inline constexpr database::Constraint one_key_is_current{database::Violation::Kind::unique,
                                                         {"signing_keys_one_current", "signing_keys.state"}};

/// The end of a key's use.
struct KeyEnd {
  TimePoint at;
  TimePoint drop_at;  ///< when its row may be deleted
};

/// The only place that knows the SQL of the table signing_keys.
///
/// Each step of a key's life is a change that violates step_is_allowed if the key is not in a state that the step
/// starts from, so that whatever is committed with it, such as its event, exists only if the step was made.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class SigningKeyStore {
 public:
  /// `database` outlives the store.
  explicit SigningKeyStore(database::Database& database) : database_(database) {}

  /// All keys, oldest first.
  [[nodiscard]] Task<std::vector<StoredKey>> list();

  /// May violate key_is_new, or step_is_allowed if there are keys_max keys.
  [[nodiscard]] static database::Change<void> insert(NewKey key);
  /// Comes before make_current(): retires the current key, unless it is `kid`.
  [[nodiscard]] static database::Change<void> retire_current(std::string kid, KeyEnd end);
  /// For a key in state next, created at `created_by` or earlier. May violate step_is_allowed or one_key_is_current.
  [[nodiscard]] static database::Change<void> make_current(std::string kid, TimePoint now, TimePoint created_by);
  /// For a key in state next or current. May violate step_is_allowed.
  [[nodiscard]] static database::Change<void> retire(std::string kid, KeyEnd end);
  /// For a key in any state but revoked. May violate step_is_allowed.
  [[nodiscard]] static database::Change<void> revoke(std::string kid, KeyEnd end);
  /// Deletes rows whose drop_at has been reached; returns how many.
  [[nodiscard]] static database::Change<std::int64_t> drop(TimePoint now);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::signing_keys
