#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "users/import_store.hpp"
#include "users/model.hpp"
#include "users/user_record.hpp"

namespace gatehouse::users {

/// Where a page of users continues: the last user of the page before.
struct PagePosition {
  TimePoint created_at;
  UserId id;
};

/// A user as an export has them, with their id.
struct NumberedRecord {
  UserId id;
  UserRecord record;
};

/// Whether an email is free, both as it was typed and by its users::email_key().
inline constexpr database::Constraint email_is_unique{
    database::Violation::Kind::unique,
    {"users_email_key_unique", "users_email_unique", "users.email_key", "users.email"}};

/// Whether a password is still the one that was checked.
inline constexpr database::Constraint password_is_the_checked_one{database::Violation::Kind::check,
                                                                  {"refusals_password_is_the_checked_one"}};

/// Whether a user is still as the caller has seen them.
inline constexpr database::Constraint version_is_the_given_one{database::Violation::Kind::check,
                                                               {"refusals_version_is_the_given_one"}};

/// Whether a user may be deleted: tables of other programs may hold references that forbid it.
inline constexpr database::Constraint user_is_not_referenced = database::Constraint::any_reference();

/// The users and express_passwords tables, and the only place that knows their SQL.
///
/// Threads: belongs to its Database's io thread. Failures: what Database throws (Unavailable, StatementFailed).
/// The static functions make changes for a flow to commit, alone or with those of other tables.
class UserStore {
 public:
  static constexpr unsigned page_users_max = 1001;         ///< a page of 1000 and the user that shows there is another
  static constexpr std::int64_t forget_rows_max = 10'000;  ///< deleted by one statement, within its deadline

  /// `database` outlives the store.
  explicit UserStore(database::Database& database) : database_(database) {}

  [[nodiscard]] Task<std::optional<User>> find(UserId id);
  [[nodiscard]] Task<std::optional<Account>> find_account(UserId id);

  /// Newest first: created_at descending, then id descending. At most `limit` users, at most page_users_max.
  [[nodiscard]] Task<std::vector<User>> page(std::optional<PagePosition> after, unsigned limit);

  /// Everything that an export has of each user except the format of the hash, in the order of their ids.
  [[nodiscard]] Task<std::vector<NumberedRecord>> records(UserId after, unsigned limit);

  /// The user whose email has the same email_key(). Text that cannot be an email (NUL, not UTF-8, too long) finds
  /// nobody.
  [[nodiscard]] Task<std::optional<UserCredentials>> find_credentials(std::string email);

  /// The user with this email, compared in the same way.
  [[nodiscard]] Task<std::optional<User>> find_by_email(std::string email);
  [[nodiscard]] Task<std::optional<Contact>> find_contact_by_email(std::string email);
  [[nodiscard]] Task<std::optional<Contact>> find_contact(UserId id);

  /// Whether the email is taken, compared as find_credentials() does.
  [[nodiscard]] Task<bool> email_exists(std::string email);

  /// Whether any row still holds a hash of the Express service. An index answers it.
  [[nodiscard]] Task<bool> express_hashes_present();

  /// The PHC strings of up to a thousand users at even distances.
  [[nodiscard]] Task<std::vector<std::string>> sample_hashes();

  /// How many Express hashes are kept for a rollback.
  [[nodiscard]] Task<std::int64_t> count_express_passwords();
  /// Deletes all kept Express hashes, forget_rows_max at a time; returns how many there were. Those deleted before a
  /// failure stay deleted. A rollback then leaves those users without a password.
  [[nodiscard]] Task<std::int64_t> forget_express_passwords();

  /// Stores a validated user with the PHC string of the password. Violates email_is_unique if the email is taken.
  [[nodiscard]] static database::Change<User> insert(NewUser user, std::string password_hash, TimePoint now);
  /// Changes the given fields (never the password) and updated_at; the result is the changed user, if there is one.
  /// Violates email_is_unique if the email is taken.
  [[nodiscard]] static database::Change<std::optional<User>> update(UserId id, const UserChanges& changes,
                                                                    TimePoint now);
  /// Stores the staged users who were not recognised. If an email is taken, the rule `fail` violates email_is_unique;
  /// with any other rule that user is left out.
  [[nodiscard]] static database::Change<void> insert_staged(OnConflict rule, TimePoint now);
  /// Changes the users who were recognised to what was staged for them. Their sessions are another store's concern.
  static void add_update_of_staged(database::Changes& changes, TimePoint now);
  /// Deletes the user, if there is one; sessions and the kept Express hash are deleted with it. Violates
  /// user_is_not_referenced if other tables still refer to the user.
  [[nodiscard]] static database::Change<bool> remove(UserId id);
  /// Disables the user, or enables them again if `since` is empty; the result is whether there is one. Their sessions
  /// are another store's concern.
  [[nodiscard]] static database::Change<bool> set_disabled(UserId id, std::optional<TimePoint> since);
  /// The user's next correct password is to be answered with the demand for a new one; the result is whether there is
  /// such a user.
  [[nodiscard]] static database::Change<bool> require_password_change(UserId id);
  /// Stores a new PHC string, without a salt, whatever was stored before.
  [[nodiscard]] static database::Change<void> set_password(UserId id, std::string password_hash, TimePoint now);
  /// Records that the user has shown that mails to the email reach them. Only the first time counts.
  [[nodiscard]] static database::Change<void> verify_email(UserId id, TimePoint now);
  /// Stores a new email that was verified before. Violates email_is_unique if it is taken.
  [[nodiscard]] static database::Change<void> change_email(UserId id, std::string email, TimePoint now);
  /// Locks the row until the changes are committed, so that what follows sees whether somebody else deleted it.
  [[nodiscard]] static database::Change<void> lock(UserId id);
  /// Locks the row until the changes are committed if it still holds this hash; what follows can rely on it.
  [[nodiscard]] static database::Change<void> lock(UserId id, std::string password_hash);
  /// Changes nothing. After a change that locks the row, violates password_is_the_checked_one if the user has another
  /// hash, is disabled, or is gone: then none of the changes is committed.
  [[nodiscard]] static database::Change<void> require_password(UserId id, std::string checked_hash);
  /// The same for version_is_the_given_one, if the user has none of these versions, or is gone.
  [[nodiscard]] static database::Change<void> require_version(UserId id, const std::vector<std::int64_t>& any_of);
  /// The same, if the user has another email than this one, or is gone.
  [[nodiscard]] static database::Change<void> require_email(UserId id, std::string seen);
  /// Replaces the hash that was just verified by a better one of the same password, unless another hash was stored
  /// meanwhile; locks the row as lock() does.
  [[nodiscard]] static database::Change<void> replace_hash(UserId id, std::string verified_hash, std::string new_hash);
  /// Keeps the Express service's hash of a user whose `new_hash` was stored by the same changes, for `migrate
  /// rollback`.
  [[nodiscard]] static database::Change<void> keep_express_password(UserId id, std::string express_hash,
                                                                    std::string express_salt, std::string new_hash);
  /// Deletes the kept Express hash, because the password has changed.
  [[nodiscard]] static database::Change<void> drop_express_password(UserId id);

 private:
  database::Database& database_;
};

}  // namespace gatehouse::users
