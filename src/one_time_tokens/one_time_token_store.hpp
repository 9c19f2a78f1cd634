#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "database/held_lease.hpp"
#include "one_time_tokens/token.hpp"

namespace gatehouse::one_time_tokens {

/// A row to be.
struct NewOneTimeToken {
  Kind kind;
  std::string hash;
  std::optional<std::string> payload = {};  ///< what the token is about, such as the new address
  TimePoint created_at;
  TimePoint expires_at;
};

/// A token that can be sent back.
struct OpenToken {
  UserId user;
  std::optional<std::string> payload;
};

/// Violated where a token cannot be sent back (any more): it was, or it is not open.
inline constexpr database::Constraint token_is_unredeemed{
    database::Violation::Kind::unique, {"one_time_redemptions_token_hash_unique", "one_time_redemptions.token_hash"}};
inline constexpr database::Constraint token_is_open{database::Violation::Kind::check,
                                                    {"one_time_redemptions_token_is_open"}};

/// The tables one_time_tokens and one_time_redemptions, and the only place that knows their SQL.
///
/// A flow that redeems a token puts redeem() into the changes that the token is to bring about, behind one that locks
/// the user's row: then one of any number of redemptions is committed, and all others violate a constraint.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class OneTimeTokenStore {
 public:
  static constexpr std::int64_t open_max = 3;  ///< of a user and kind; the oldest gives way
  static constexpr std::int64_t cleanup_tokens_max = 500;

  /// `database` outlives the store.
  explicit OneTimeTokenStore(database::Database& database) : database_(database) {}

  /// The token with this hash, unless it was redeemed, its time is over, or its user is disabled.
  [[nodiscard]] Task<std::optional<OpenToken>> find_open(std::string hash, Kind kind, TimePoint now);

  /// Nothing comes of it where there is no such user, or a disabled one. Behind a change that locks the user's row, it
  /// comes before a drop_open() of others, or after it.
  [[nodiscard]] static database::Change<void> insert(NewOneTimeToken token, UserId user);
  /// For the user who was inserted with this very email.
  [[nodiscard]] static database::Change<void> insert_for_new_user(NewOneTimeToken token, std::string email);
  /// All but the last open_max of a user and kind.
  [[nodiscard]] static database::Change<void> drop_old(Kind kind, UserId user);

  /// Violates token_is_unredeemed or token_is_open where it is too late.
  [[nodiscard]] static database::Change<void> redeem(std::string hash, Kind kind, TimePoint now);
  /// Every token of the user that was not redeemed.
  [[nodiscard]] static database::Change<void> drop_open(UserId user);
  /// The same for all users whom an import (users/import_store.hpp) gave another password or disabled.
  [[nodiscard]] static database::Change<void> drop_open_of_staged_users();
  /// Deletes up to cleanup_tokens_max tokens whose time is over, while the leases table names this holder; else
  /// nothing. How many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::one_time_tokens
