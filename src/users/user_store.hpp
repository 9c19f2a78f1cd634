#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "users/model.hpp"

namespace gatehouse::users {

/// Where a page of users continues: the last user of the page before.
struct PagePosition {
  TimePoint created_at;
  UserId id;
};

/// The users and express_passwords tables, and the only place that knows their SQL.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws (Unavailable, StatementFailed).
/// The static …_command() functions are for flows that change several tables in one batch.
class UserStore {
 public:
  static constexpr unsigned page_users_max = 1001;         ///< a page of 1000 and the user that shows there is another
  static constexpr std::int64_t forget_rows_max = 10'000;  ///< deleted by one statement, within its deadline

  /// `database` outlives the store.
  explicit UserStore(database::Database& database) : database_(database) {}

  [[nodiscard]] Task<std::optional<User>> find(UserId id);

  /// Newest first: created_at descending, then id descending. At most `limit` users, at most page_users_max.
  [[nodiscard]] Task<std::vector<User>> page(std::optional<PagePosition> after, unsigned limit);

  /// The user whose email has the same email_key(). Text that cannot be an email (NUL, not UTF-8, too long) finds
  /// nobody.
  [[nodiscard]] Task<std::optional<UserCredentials>> find_credentials(std::string email);

  /// Whether the email is taken, compared as find_credentials() does.
  [[nodiscard]] Task<bool> email_exists(std::string email);

  /// Whether any row still holds a hash of the Express service. An index answers it.
  [[nodiscard]] Task<bool> express_hashes_present();

  /// How many Express hashes are kept for a rollback.
  [[nodiscard]] Task<std::int64_t> count_express_passwords();
  /// Deletes all kept Express hashes, forget_rows_max at a time; how many there were. Those deleted before a failure
  /// stay deleted. A rollback then leaves those users without a password.
  [[nodiscard]] Task<std::int64_t> forget_express_passwords();

  /// Stores a validated user with the PHC string of the password. Violation::unique: the email is taken.
  [[nodiscard]] Task<std::expected<User, database::Violation>> insert(NewUser user, std::string password_hash,
                                                                      TimePoint now);

  /// Changes the given fields (never the password) and updated_at; the row as it is then, or no row: user_of().
  [[nodiscard]] static database::Command update_command(UserId id, const UserChanges& changes, TimePoint now);
  /// Deletes the user; sessions and the kept Express hash go with it. One row when there was such a user.
  [[nodiscard]] static database::Command remove_command(UserId id);
  /// Stores a new PHC string, without a salt, whatever was there.
  [[nodiscard]] static database::Command set_password_command(UserId id, std::string password_hash);
  /// Locks the row until the batch ends if it still holds this hash; what follows in the batch can rely on it.
  [[nodiscard]] static database::Command lock_command(UserId id, std::string password_hash);
  /// Replaces the hash that was just verified by a better one of the same password, unless another one is stored
  /// meanwhile; locks the row as lock_command() does.
  [[nodiscard]] static database::Command replace_hash_command(UserId id, std::string verified_hash,
                                                              std::string new_hash);
  /// Keeps the Express service's hash of a user whose `new_hash` was stored in the same batch, for `migrate rollback`.
  [[nodiscard]] static database::Command keep_express_password_command(UserId id, std::string express_hash,
                                                                       std::string express_salt, std::string new_hash);
  /// Forgets the kept Express hash: the password has changed.
  [[nodiscard]] static database::Command drop_express_password_command(UserId id);

  /// The user in the result of update_command(), if any.
  [[nodiscard]] static std::optional<User> user_of(const database::Rows& rows);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
