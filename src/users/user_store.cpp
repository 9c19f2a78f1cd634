#include "users/user_store.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "users/topics.hpp"
#include "users/validation.hpp"

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
using database::Write;

constexpr Statement find_user{"users_find",
                              "SELECT id, first_name, last_name, email, created_at, updated_at FROM users "
                              "WHERE id = $1"};

constexpr Statement first_page{"users_first_page",
                               "SELECT id, first_name, last_name, email, created_at, updated_at FROM users "
                               "ORDER BY created_at DESC, id DESC LIMIT $1"};

constexpr Statement next_page{"users_next_page",
                              "SELECT id, first_name, last_name, email, created_at, updated_at FROM users "
                              "WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"};

constexpr Statement find_by_email{"users_find_by_email",
                                  "SELECT id, password_hash, salt FROM users WHERE email_key = $1"};

constexpr Statement find_express_hash{"users_find_express_hash", "SELECT id FROM users WHERE salt IS NOT NULL LIMIT 1"};

// Nobody can have remembered anything of a user who was not there.
constexpr Write insert_user{"users_insert",
                            "INSERT INTO users (first_name, last_name, email, password_hash, created_at, updated_at) "
                            "VALUES ($1, $2, $3, $4, $5, $5) "
                            "RETURNING id, first_name, last_name, email, created_at, updated_at",
                            announces_nothing};

constexpr Write update_user{"users_update",
                            "UPDATE users SET first_name = COALESCE($2, first_name), "
                            "last_name = COALESCE($3, last_name), email = COALESCE($4, email), updated_at = $5 "
                            "WHERE id = $1 RETURNING id, first_name, last_name, email, created_at, updated_at",
                            user_topic};

constexpr Write remove_user{"users_remove", "DELETE FROM users WHERE id = $1 RETURNING id", user_topic};

constexpr Write set_password{"users_set_password", "UPDATE users SET password_hash = $2, salt = NULL WHERE id = $1",
                             user_topic};

constexpr Write lock_user{"users_lock", "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $2",
                          announces_nothing};

// The same password in another form: sessions go on.
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

/// The Express service stored up to 255 characters, of up to four bytes each.
constexpr std::size_t stored_email_bytes_max = 1020;

/// PostgreSQL would answer such a parameter with an error, and no row can hold it.
bool can_be_stored(std::string_view email) {
  return email.size() <= stored_email_bytes_max && is_utf8(email) && !email.contains('\0');
}

User read_user(const Row& row) {
  return {.id = UserId{row.integer(0)},
          .first_name = std::string{row.text(1)},
          .last_name = std::string{row.text(2)},
          .email = std::string{row.text(3)},
          .created_at = row.time(4),
          .updated_at = row.time(5)};
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

Task<std::vector<User>> UserStore::page(std::optional<PagePosition> after, unsigned limit) {
  const std::int64_t count = std::min(limit, page_users_max);
  Parameters parameters = after ? Parameters{after->created_at, after->id.value, count} : Parameters{count};
  const Rows rows = co_await database_.query(after ? next_page : first_page, std::move(parameters));
  std::vector<User> users;
  users.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) users.push_back(read_user(rows[i]));
  co_return users;
}

Task<std::optional<UserCredentials>> UserStore::find_credentials(std::string email) {
  std::string key = email_key(email);
  if (!can_be_stored(key)) co_return std::nullopt;
  Parameters parameters{std::move(key)};
  const Rows rows = co_await database_.query(find_by_email, std::move(parameters));
  if (rows.empty()) co_return std::nullopt;
  const Row row = rows[0];
  co_return UserCredentials{UserId{row.integer(0)}, row.nullable_text(1), row.nullable_text(2)};
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
  Parameters parameters{std::move(user.first_name), std::move(user.last_name), std::move(user.email),
                        std::move(password_hash), now};
  return {insert_user, std::move(parameters), read_new_user};
}

Change<std::optional<User>> UserStore::update(UserId id, const UserChanges& changes, TimePoint now) {
  Parameters parameters{id.value, nullable(changes.first_name), nullable(changes.last_name), nullable(changes.email),
                        now};
  return {update_user, id, std::move(parameters), read_first_user};
}

Change<bool> UserStore::remove(UserId id) { return {remove_user, id, {id.value}, has_row}; }

Change<void> UserStore::set_password(UserId id, std::string password_hash) {
  return {users::set_password, id, {id.value, std::move(password_hash)}};
}

Change<void> UserStore::lock(UserId id, std::string password_hash) {
  return {lock_user, {id.value, std::move(password_hash)}};
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
