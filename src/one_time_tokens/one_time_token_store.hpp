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

/// A row to insert.
struct NewOneTimeToken {
  Kind kind;
  std::string hash;
  std::optional<std::string> payload = {};  ///< what the token is about, such as the new address
  TimePoint created_at;
  TimePoint expires_at;
};

/// A token that can be redeemed.
struct OpenToken {
  UserId user;
  std::optional<std::string> payload;
};

/// Violated if a token cannot be redeemed (any more): it already was, or it is not open.
inline constexpr database::Constraint token_is_unredeemed{
    database::Violation::Kind::unique, {"one_time_redemptions_token_hash_unique", "one_time_redemptions.token_hash"}};
inline constexpr database::Constraint token_is_open{database::Violation::Kind::check,
                                                    {"one_time_redemptions_token_is_open"}};

/// The tables one_time_tokens and one_time_redemptions, and the only place that knows their SQL.
///
/// A flow that redeems a token adds redeem() to the changes that the token authorises, after one that locks the user's
/// row. Then only one of any number of redemptions is committed, and all others violate a constraint.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws. The static functions make changes.
class OneTimeTokenStore {
 public:
  static constexpr std::int64_t open_max = 3;  ///< per user and kind; the oldest gives way
  static constexpr std::int64_t cleanup_tokens_max = 500;

  /// `database` outlives the store.
  explicit OneTimeTokenStore(database::Database& database) : database_(database) {}

  /// The token with this hash, unless it was redeemed, has expired, or its user is disabled.
  [[nodiscard]] Task<std::optional<OpenToken>> find_open(std::string hash, Kind kind, TimePoint now);

  /// Inserts nothing if the user does not exist or is disabled. After a change that locks the user's row, it takes
  /// effect either wholly before or wholly after a concurrent drop_open().
  [[nodiscard]] static database::Change<void> insert(NewOneTimeToken token, UserId user);
  /// For the user who was inserted with exactly this email.
  [[nodiscard]] static database::Change<void> insert_for_new_user(NewOneTimeToken token, std::string email);
  /// Drops all tokens of a user and kind but the last open_max.
  [[nodiscard]] static database::Change<void> drop_old(Kind kind, UserId user);

  /// Violates token_is_unredeemed or token_is_open if it is too late.
  [[nodiscard]] static database::Change<void> redeem(std::string hash, Kind kind, TimePoint now);
  /// Drops every token of the user that was not redeemed.
  [[nodiscard]] static database::Change<void> drop_open(UserId user);
  /// The same for all users whom an import (users/import_store.hpp) gave another password or disabled.
  [[nodiscard]] static database::Change<void> drop_open_of_staged_users();
  /// Deletes up to cleanup_tokens_max expired tokens, while the leases table names this holder; otherwise none. Returns
  /// how many were deleted.
  [[nodiscard]] static database::Change<std::int64_t> delete_expired(TimePoint now, database::HeldLease lease);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::one_time_tokens
