#include "users/user_store.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "users/email.hpp"
#include "users/topics.hpp"
#include "users/user_row.hpp"

namespace gatehouse::users {
namespace {

using database::affected_rows;
using database::announces_nothing;
using database::Change;
using database::nullable;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;
using database::Value;
using database::Write;

constexpr Statement find_user{
    "users_find",
    "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, version FROM users "
    "WHERE id = $1"};

constexpr Statement first_page{
    "users_first_page",
    "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, version FROM users "
    "ORDER BY created_at DESC, id DESC LIMIT $1"};

constexpr Statement next_page{
    "users_next_page",
    "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, version FROM users "
    "WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"};

constexpr Statement find_user_by_key{"users_find_by_email",
                                     "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, "
                                     "version FROM users WHERE email_key = $1"};

constexpr Statement find_user_by_either_key{
    "users_find_by_either_email",
    "SELECT id, first_name, last_name, email, created_at, updated_at, disabled_at, version, email_key FROM users "
    "WHERE email_key IN ($1, $2)"};

constexpr Statement find_credentials_by_key{
    "users_find_credentials",
    "SELECT id, password_hash, salt, disabled_at, email_verified_at, must_change_password FROM users "
    "WHERE email_key = $1"};

constexpr Statement find_credentials_by_either_key{
    "users_find_credentials_by_either_email",
    "SELECT id, password_hash, salt, disabled_at, email_verified_at, must_change_password, email_key FROM users "
    "WHERE email_key IN ($1, $2)"};

constexpr Statement find_contact_of{"users_find_contact",
                                    "SELECT id, first_name, last_name, email, locale, disabled_at, email_verified_at, "
                                    "must_change_password FROM users WHERE id = $1"};

constexpr Statement find_contact_by_key{
    "users_find_contact_by_email",
    "SELECT id, first_name, last_name, email, locale, disabled_at, email_verified_at, must_change_password FROM users "
    "WHERE email_key = $1"};

constexpr Statement find_contact_by_either_key{
    "users_find_contact_by_either_email",
    "SELECT id, first_name, last_name, email, locale, disabled_at, email_verified_at, must_change_password, email_key "
    "FROM users WHERE email_key IN ($1, $2)"};

constexpr Statement find_express_hash{"users_find_express_hash", "SELECT id FROM users WHERE salt IS NOT NULL LIMIT 1"};

// Ids at even distances, each looked up separately: as many rows with 10 million users as with 10 thousand.
constexpr Statement sample_of_hashes{
    "users_sample_hashes",
    "WITH RECURSIVE sample(number) AS (SELECT 0 UNION ALL SELECT number + 1 FROM sample WHERE number < 999), "
    "ids(first, last) AS (SELECT (SELECT min(id) FROM users), (SELECT max(id) FROM users)) "
    "SELECT DISTINCT password_hash FROM sample CROSS JOIN ids "
    "JOIN users ON id = first + (last - first) * number / 999 WHERE salt IS NULL AND password_hash LIKE '$%'"};

// Nobody can have cached anything about a user who did not exist.
constexpr Write insert_user{"users_insert",
                            "INSERT INTO users (first_name, last_name, email, password_hash, created_at, updated_at, "
                            "canonical_of, canonical_email) VALUES ($1, $2, $3, $4, $5, $5, $6, $7) "
                            "RETURNING id, first_name, last_name, email, created_at, updated_at, disabled_at, version",
                            announces_nothing};

constexpr Write update_user{
    "users_update",
    "UPDATE users SET first_name = COALESCE($2, first_name), "
    "last_name = COALESCE($3, last_name), email = COALESCE($4, email), updated_at = $5, version = version + 1, "
    "email_verified_at = CASE WHEN $4 IS NULL OR $4 = email THEN email_verified_at END, "
    "canonical_of = COALESCE($6, canonical_of), "
    "canonical_email = COALESCE($7, canonical_email) "
    "WHERE id = $1 RETURNING id, first_name, last_name, email, created_at, updated_at, disabled_at, version",
    user_topic};

// The changes of an import (users/import_store.hpp). New users get their ids in the order of the file.
constexpr Write insert_staged_users{
    "users_insert_staged",
    "INSERT INTO users (first_name, last_name, email, password_hash, salt, created_at, updated_at, canonical_of, "
    "canonical_email, email_verified_at, disabled_at, locale) "
    "SELECT COALESCE(first_name, ''), COALESCE(last_name, ''), email, password_hash, salt, COALESCE(created_at, $1), "
    "$1, canonical_of, canonical_email, CASE WHEN is_verified = 1 THEN $1 END, CASE WHEN is_disabled = 1 THEN $1 END, "
    "locale FROM staged_users WHERE user_id IS NULL ORDER BY place",
    announces_nothing};

constexpr Write insert_staged_users_who_are_new{
    "users_insert_staged_who_are_new",
    "INSERT INTO users (first_name, last_name, email, password_hash, salt, created_at, updated_at, canonical_of, "
    "canonical_email, email_verified_at, disabled_at, locale) "
    "SELECT COALESCE(first_name, ''), COALESCE(last_name, ''), email, password_hash, salt, COALESCE(created_at, $1), "
    "$1, canonical_of, canonical_email, CASE WHEN is_verified = 1 THEN $1 END, CASE WHEN is_disabled = 1 THEN $1 END, "
    "locale FROM staged_users WHERE user_id IS NULL ORDER BY place ON CONFLICT DO NOTHING",
    announces_nothing};

// The triggers of the schema announce this and what goes with it, as BulkDatabase says.
constexpr Write update_staged_users{
    "users_update_staged",
    "UPDATE users SET first_name = COALESCE(staged_users.first_name, users.first_name), "
    "last_name = COALESCE(staged_users.last_name, users.last_name), "
    "password_changed_at = CASE WHEN staged_users.password_hash IS DISTINCT FROM users.password_hash "
    "AND staged_users.password_hash IS NOT NULL THEN $1 ELSE users.password_changed_at END, "
    "password_hash = COALESCE(staged_users.password_hash, users.password_hash), "
    "salt = CASE WHEN staged_users.password_hash IS NULL THEN users.salt ELSE staged_users.salt END, "
    "created_at = COALESCE(staged_users.created_at, users.created_at), updated_at = $1, version = users.version + 1, "
    "email_verified_at = CASE staged_users.is_verified WHEN 1 THEN COALESCE(users.email_verified_at, $1) "
    "WHEN 0 THEN NULL ELSE users.email_verified_at END, "
    "disabled_at = CASE staged_users.is_disabled WHEN 1 THEN COALESCE(users.disabled_at, $1) "
    "WHEN 0 THEN NULL ELSE users.disabled_at END, "
    "locale = COALESCE(staged_users.locale, users.locale) "
    "FROM staged_users WHERE users.id = staged_users.user_id",
    announces_nothing};

constexpr Write drop_express_passwords_of_staged{
    "users_drop_express_passwords_of_staged",
    "DELETE FROM express_passwords WHERE user_id IN (SELECT user_id FROM staged_users WHERE password_hash IS NOT NULL)",
    announces_nothing};

constexpr Statement records_after{"users_records_after",
                                  "SELECT id, email, first_name, last_name, password_hash, salt, email_verified_at, "
                                  "created_at, disabled_at, locale FROM users WHERE id > $1 ORDER BY id LIMIT $2"};

constexpr Write remove_user{"users_remove", "DELETE FROM users WHERE id = $1 RETURNING id", user_topic};

constexpr Write set_disabled{"users_set_disabled", "UPDATE users SET disabled_at = $2 WHERE id = $1 RETURNING id",
                             user_topic};

// Sessions continue, and cached sessions do not show this.
constexpr Write demand_password_change{"users_require_password_change",
                                       "UPDATE users SET must_change_password = true WHERE id = $1 RETURNING id",
                                       announces_nothing};

constexpr Write set_password{"users_set_password",
                             "UPDATE users SET password_hash = $2, salt = NULL, password_changed_at = $3, "
                             "must_change_password = false WHERE id = $1",
                             user_topic};

constexpr Write verify_email{"users_verify_email",
                             "UPDATE users SET email_verified_at = COALESCE(email_verified_at, $2) WHERE id = $1",
                             announces_nothing};

constexpr Write change_email{"users_change_email",
                             "UPDATE users SET email = $2, email_verified_at = $3, updated_at = $3, "
                             "version = version + 1, canonical_of = COALESCE($4, canonical_of), "
                             "canonical_email = COALESCE($5, canonical_email) WHERE id = $1",
                             user_topic};

constexpr Statement find_account{"users_find_account",
                                 "SELECT email, email_verified_at, disabled_at, password_changed_at, "
                                 "must_change_password, version FROM users WHERE id = $1"};

constexpr Write lock_any_user{"users_lock_any", "UPDATE users SET disabled_at = disabled_at WHERE id = $1",
                              announces_nothing};

constexpr Write lock_user{"users_lock", "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $2",
                          announces_nothing};

constexpr Write require_password_of{
    "users_require_password",
    "INSERT INTO refusals (reason) SELECT 'password replaced' WHERE NOT EXISTS "
    "(SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL)",
    announces_nothing};

// $2 is a list with a comma before and after each number.
constexpr Write require_version_of{"users_require_version",
                                   "INSERT INTO refusals (reason) SELECT 'version replaced' WHERE NOT EXISTS "
                                   "(SELECT 1 FROM users WHERE id = $1 AND $2 LIKE '%,' || version || ',%')",
                                   announces_nothing};

constexpr Write require_email_of{"users_require_email",
                                 "INSERT INTO refusals (reason) SELECT 'version replaced' WHERE NOT EXISTS "
                                 "(SELECT 1 FROM users WHERE id = $1 AND email = $2)",
                                 announces_nothing};

// It is the same password in another form, so sessions continue.
constexpr Write replace_hash{"users_replace_hash",
                             "UPDATE users SET password_hash = $3, salt = NULL WHERE id = $1 AND password_hash = $2",
                             announces_nothing};

// Only a rollback to the Express service reads these.
constexpr Write keep_express_password{"users_keep_express_password",
                                      "INSERT INTO express_passwords (user_id, password_hash, salt) "
                                      "SELECT id, $2, $3 FROM users WHERE id = $1 AND password_hash = $4 "
                                      "ON CONFLICT (user_id) DO NOTHING",
                                      announces_nothing};

constexpr Write drop_express_password{"users_drop_express_password", "DELETE FROM express_passwords WHERE user_id = $1",
                                      announces_nothing};

constexpr Statement count_kept_passwords{"users_count_express_passwords", "SELECT count(*) FROM express_passwords"};

constexpr Write forget_kept_passwords{
    "users_forget_express_passwords",
    "DELETE FROM express_passwords WHERE user_id IN (SELECT user_id FROM express_passwords LIMIT $1)",
    announces_nothing};

/// The forms of an address by which its row is found. For an ASCII address they are the same. A non-ASCII address that
/// another program wrote has no stored key yet, and is found by the key that the database derives from it. A row with
/// the stored key takes precedence.
struct EmailLookup {
  std::string key;
  std::string plain_key;

  [[nodiscard]] bool has_one_form() const { return is_ascii(plain_key); }
  [[nodiscard]] Parameters parameters() const {
    return has_one_form() ? Parameters{plain_key} : Parameters{key, plain_key};
  }
  /// The row that was meant; `key_column` is the column of the key in the rows.
  [[nodiscard]] std::optional<Row> choose(const Rows& rows, std::size_t key_column) const {
    if (rows.empty()) return std::nullopt;
    return rows.size() > 1 && rows[1].text(key_column) == key ? rows[1] : rows[0];
  }
};

/// Nothing for text that cannot be an address.
std::optional<EmailLookup> lookup(std::string_view email) {
  EmailLookup lookup{.key = {}, .plain_key = plain_email_key(email)};
  if (!can_be_stored(lookup.plain_key)) return std::nullopt;
  if (!lookup.has_one_form()) lookup.key = email_key(email);
  return can_be_stored(lookup.key) ? std::optional{std::move(lookup)} : std::nullopt;
}

/// Adds the address whose key is stored, and the key; both are NULL if the database derives it.
void add_key(Parameters& parameters, const std::optional<std::string>& email) {
  const auto key = email ? key_beside(*email) : std::nullopt;
  parameters.push_back(key ? nullable(email) : nullable(std::nullopt));
  parameters.push_back(nullable(key));
}

Contact read_contact(const Row& row) {
  return {.id = UserId{row.integer(0)},
          .first_name = std::string{row.text(1)},
          .last_name = std::string{row.text(2)},
          .email = std::string{row.text(3)},
          .locale = row.nullable_text(4),
          .is_disabled = !row.is_null(5),
          .is_verified = !row.is_null(6),
          .must_change_password = row.integer(7) != 0};
}

NumberedRecord read_record(const Row& row) {
  NumberedRecord read{.id = UserId{row.integer(0)}, .record = {}};
  UserRecord& record = read.record;
  record.email = row.text(1);
  record.first_name = row.text(2);
  record.last_name = row.text(3);
  record.password_hash = row.nullable_text(4);
  record.salt = row.nullable_text(5);
  record.email_verified = !row.is_null(6);
  record.created_at = row.time(7);
  record.disabled = !row.is_null(8);
  record.locale = row.nullable_text(9);
  return read;
}

std::optional<User> read_first_user(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_user(rows[0]);
}

User read_new_user(const Rows& rows) { return read_user(rows[0]); }

bool has_row(const Rows& rows) { return !rows.empty(); }

}  // namespace

Task<std::optional<User>> UserStore::find(UserId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_user, std::move(parameters));
  co_return read_first_user(rows);
}

Task<std::optional<Account>> UserStore::find_account(UserId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(users::find_account, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  const Row row = rows[0];
  co_return Account{.email = std::string{row.text(0)},
                    .email_verified_at = row.nullable_time(1),
                    .disabled_at = row.nullable_time(2),
                    .password_changed_at = row.nullable_time(3),
                    .must_change_password = row.integer(4) != 0,
                    .version = row.integer(5)};
}

Task<std::vector<User>> UserStore::page(std::optional<PagePosition> after, unsigned limit) {
  const std::int64_t count = std::min(limit, page_users_max);
  Parameters parameters = after ? Parameters{after->created_at, after->id.value, count} : Parameters{count};
  const Rows rows = co_await database_.query_anywhere(after ? next_page : first_page, std::move(parameters));
  std::vector<User> users;
  users.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) users.push_back(read_user(rows[i]));
  co_return users;
}

Task<std::vector<NumberedRecord>> UserStore::records(UserId after, unsigned limit) {
  Parameters parameters{after.value, std::int64_t{limit}};
  const Rows rows = co_await database_.query_anywhere(records_after, std::move(parameters));
  std::vector<NumberedRecord> records;
  records.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) records.push_back(read_record(rows[i]));
  co_return records;
}

Task<std::optional<User>> UserStore::find_by_email(std::string email) {
  const auto by = lookup(email);
  if (!by) co_return std::nullopt;
  Parameters parameters = by->parameters();
  const Rows rows =
      co_await database_.query(by->has_one_form() ? find_user_by_key : find_user_by_either_key, std::move(parameters));
  const auto row = by->choose(rows, 8);
  if (!row) co_return std::nullopt;
  co_return read_user(*row);
}

Task<std::optional<UserCredentials>> UserStore::find_credentials(std::string email) {
  const auto by = lookup(email);
  if (!by) co_return std::nullopt;
  Parameters parameters = by->parameters();
  const Rows rows = co_await database_.query(
      by->has_one_form() ? find_credentials_by_key : find_credentials_by_either_key, std::move(parameters));
  const auto row = by->choose(rows, 6);
  if (!row) co_return std::nullopt;
  co_return UserCredentials{.id = UserId{row->integer(0)},
                            .password_hash = row->nullable_text(1),
                            .salt = row->nullable_text(2),
                            .is_disabled = !row->is_null(3),
                            .is_verified = !row->is_null(4),
                            .must_change_password = row->integer(5) != 0};
}

Task<std::optional<Contact>> UserStore::find_contact_by_email(std::string email) {
  const auto by = lookup(email);
  if (!by) co_return std::nullopt;
  Parameters parameters = by->parameters();
  const Rows rows = co_await database_.query(by->has_one_form() ? find_contact_by_key : find_contact_by_either_key,
                                             std::move(parameters));
  const auto row = by->choose(rows, 8);
  if (!row) co_return std::nullopt;
  co_return read_contact(*row);
}

Task<std::optional<Contact>> UserStore::find_contact(UserId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_contact_of, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  co_return read_contact(rows[0]);
}

Task<bool> UserStore::email_exists(std::string email) {
  const auto found = co_await find_credentials(std::move(email));
  co_return found.has_value();
}

Task<bool> UserStore::express_hashes_present() {
  Parameters parameters;
  const Rows rows = co_await database_.query(find_express_hash, std::move(parameters));
  co_return !rows.empty();
}

Task<std::vector<std::string>> UserStore::sample_hashes() {
  Parameters parameters;
  const Rows rows = co_await database_.query(sample_of_hashes, std::move(parameters));
  std::vector<std::string> hashes;
  hashes.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) hashes.emplace_back(rows[i].text(0));
  co_return hashes;
}

Task<std::int64_t> UserStore::count_express_passwords() {
  Parameters parameters;
  const Rows rows = co_await database_.query(count_kept_passwords, std::move(parameters));
  co_return rows[0].integer(0);
}

Task<std::int64_t> UserStore::forget_express_passwords() {
  std::int64_t forgotten = 0;
  while (true) {
    Change<std::int64_t> change{forget_kept_passwords, {forget_rows_max}, affected_rows};
    const std::int64_t rows = co_await database_.commit(std::move(change));
    if (rows == 0) co_return forgotten;
    forgotten += rows;
  }
}

Change<User> UserStore::insert(NewUser user, std::string password_hash, TimePoint now) {
  Parameters parameters{std::move(user.first_name), std::move(user.last_name), user.email, std::move(password_hash),
                        now};
  add_key(parameters, user.email);
  return {insert_user, std::move(parameters), read_new_user};
}

Change<std::optional<User>> UserStore::update(UserId id, const UserChanges& changes, TimePoint now) {
  Parameters parameters{id.value, nullable(changes.first_name), nullable(changes.last_name), nullable(changes.email),
                        now};
  add_key(parameters, changes.email);
  return {update_user, id, std::move(parameters), read_first_user};
}

Change<void> UserStore::insert_staged(OnConflict rule, TimePoint now) {
  return {rule == OnConflict::fail ? insert_staged_users : insert_staged_users_who_are_new, {now}};
}

void UserStore::add_update_of_staged(database::Changes& changes, TimePoint now) {
  changes.add(Change<void>{drop_express_passwords_of_staged, {}});
  changes.add(Change<void>{update_staged_users, {now}});
}

Change<bool> UserStore::remove(UserId id) { return {remove_user, id, {id.value}, has_row}; }

Change<bool> UserStore::set_disabled(UserId id, std::optional<TimePoint> since) {
  return {users::set_disabled, id, {id.value, since ? Value{*since} : Value{}}, has_row};
}

Change<bool> UserStore::require_password_change(UserId id) { return {demand_password_change, {id.value}, has_row}; }

Change<void> UserStore::set_password(UserId id, std::string password_hash, TimePoint now) {
  return {users::set_password, id, {id.value, std::move(password_hash), now}};
}

Change<void> UserStore::verify_email(UserId id, TimePoint now) { return {users::verify_email, {id.value, now}}; }

Change<void> UserStore::change_email(UserId id, std::string email, TimePoint now) {
  Parameters parameters{id.value, email, now};
  add_key(parameters, email);
  return {users::change_email, id, std::move(parameters)};
}

Change<void> UserStore::lock(UserId id) { return {lock_any_user, {id.value}}; }

Change<void> UserStore::lock(UserId id, std::string password_hash) {
  return {lock_user, {id.value, std::move(password_hash)}};
}

Change<void> UserStore::require_password(UserId id, std::string checked_hash) {
  return {require_password_of, {id.value, std::move(checked_hash)}};
}

Change<void> UserStore::require_version(UserId id, const std::vector<std::int64_t>& any_of) {
  std::string list = ",";
  for (const std::int64_t version : any_of) list += std::to_string(version) + ',';
  return {require_version_of, {id.value, std::move(list)}};
}

Change<void> UserStore::require_email(UserId id, std::string seen) {
  return {require_email_of, {id.value, std::move(seen)}};
}

Change<void> UserStore::replace_hash(UserId id, std::string verified_hash, std::string new_hash) {
  return {users::replace_hash, {id.value, std::move(verified_hash), std::move(new_hash)}};
}

Change<void> UserStore::keep_express_password(UserId id, std::string express_hash, std::string express_salt,
                                              std::string new_hash) {
  return {users::keep_express_password,
          {id.value, std::move(express_hash), std::move(express_salt), std::move(new_hash)}};
}

Change<void> UserStore::drop_express_password(UserId id) { return {users::drop_express_password, {id.value}}; }

}  // namespace gatehouse::users
