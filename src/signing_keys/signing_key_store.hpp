#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "database/database.hpp"
#include "signing_keys/model.hpp"

namespace gatehouse::signing_keys {

/// Violated where the table has a key of this kid, in whatever state.
inline constexpr database::Constraint key_is_new{database::Violation::Kind::unique,
                                                 {"signing_keys_pkey", "signing_keys.kid"}};
/// Violated where a key is not, or not any more, in a state from which the step leads; on insert: there are too many.
inline constexpr database::Constraint step_is_allowed{database::Violation::Kind::check, {"signing_keys_state_known"}};
/// Violated where somebody else has just made another key the current one.
inline constexpr database::Constraint one_key_is_current{database::Violation::Kind::unique,
                                                         {"signing_keys_one_current", "signing_keys.state"}};

/// The end of a key's use.
struct KeyEnd {
  TimePoint at;
  TimePoint drop_at;  ///< when its row may go
};

/// The only place that knows the SQL of the table signing_keys.
///
/// Each step of a key's life is a change that violates step_is_allowed where the key is not where the step begins, so
/// that what is committed with it, such as its event, is there only if the step was made.
///
/// Threads: belongs to its Database's thread. Failures: what Database throws.
class SigningKeyStore {
 public:
  /// `database` outlives the store.
  explicit SigningKeyStore(database::Database& database) : database_(database) {}

  /// All of them, oldest first.
  [[nodiscard]] Task<std::vector<StoredKey>> list();

  /// Violates key_is_new, or step_is_allowed where there are keys_max keys.
  [[nodiscard]] static database::Change<void> insert(NewKey key);
  /// Comes before make_current(): the current key, if it is another one than `kid`, signs no more.
  [[nodiscard]] static database::Change<void> retire_current(std::string kid, KeyEnd end);
  /// Of a key in state next that was created at `created_by` or earlier. Violates step_is_allowed, one_key_is_current.
  [[nodiscard]] static database::Change<void> make_current(std::string kid, TimePoint now, TimePoint created_by);
  /// Of a key in state next or current. Violates step_is_allowed.
  [[nodiscard]] static database::Change<void> retire(std::string kid, KeyEnd end);
  /// Of a key in any state but revoked. Violates step_is_allowed.
  [[nodiscard]] static database::Change<void> revoke(std::string kid, KeyEnd end);
  /// Deletes rows whose time has come; how many.
  [[nodiscard]] static database::Change<std::int64_t> drop(TimePoint now);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::signing_keys
