#include "users/user_store.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "users/validation.hpp"

namespace gatehouse::users {
namespace {

using database::Command;
using database::nullable;
using database::Parameters;
using database::Row;
using database::Rows;
using database::Statement;

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

constexpr Statement insert_user{
    "users_insert",
    "INSERT INTO users (first_name, last_name, email, password_hash, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $5) "
    "RETURNING id, first_name, last_name, email, created_at, updated_at"};

constexpr Statement update_user{"users_update",
                                "UPDATE users SET first_name = COALESCE($2, first_name), "
                                "last_name = COALESCE($3, last_name), email = COALESCE($4, email), updated_at = $5 "
                                "WHERE id = $1 RETURNING id, first_name, last_name, email, created_at, updated_at"};

constexpr Statement remove_user{"users_remove", "DELETE FROM users WHERE id = $1 RETURNING id"};

constexpr Statement set_password{"users_set_password",
                                 "UPDATE users SET password_hash = $2, salt = NULL WHERE id = $1"};

constexpr Statement lock_user{"users_lock", "UPDATE users SET password_hash = $2 WHERE id = $1 AND password_hash = $2"};

constexpr Statement replace_hash{
    "users_replace_hash", "UPDATE users SET password_hash = $3, salt = NULL WHERE id = $1 AND password_hash = $2"};

constexpr Statement keep_express_password{"users_keep_express_password",
                                          "INSERT INTO express_passwords (user_id, password_hash, salt) "
                                          "SELECT id, $2, $3 FROM users WHERE id = $1 AND password_hash = $4 "
                                          "ON CONFLICT (user_id) DO NOTHING"};

constexpr Statement drop_express_password{"users_drop_express_password",
                                          "DELETE FROM express_passwords WHERE user_id = $1"};

constexpr Statement count_kept_passwords{"users_count_express_passwords", "SELECT count(*) FROM express_passwords"};

constexpr Statement forget_kept_passwords{
    "users_forget_express_passwords",
    "DELETE FROM express_passwords WHERE user_id IN (SELECT user_id FROM express_passwords LIMIT $1)"};

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

Command command(const Statement& statement, Parameters parameters) { return {&statement, std::move(parameters)}; }

}  // namespace

Task<std::optional<User>> UserStore::find(UserId id) {
  Parameters parameters{id.value};
  const Rows rows = co_await database_.query(find_user, std::move(parameters));
  co_return user_of(rows);
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
    Parameters parameters{forget_rows_max};
    const auto rows = co_await database_.execute(forget_kept_passwords, std::move(parameters));
    if (!rows) throw database::StatementFailed("users_forget_express_passwords: a constraint refused it");
    if (rows->affected() == 0) co_return forgotten;
    forgotten += rows->affected();
  }
}

Task<std::expected<User, database::Violation>> UserStore::insert(NewUser user, std::string password_hash,
                                                                 TimePoint now) {
  Parameters parameters{std::move(user.first_name), std::move(user.last_name), std::move(user.email),
                        std::move(password_hash), now};
  const auto rows = co_await database_.execute(insert_user, std::move(parameters));
  if (!rows) co_return std::unexpected(rows.error());
  co_return read_user((*rows)[0]);
}

Command UserStore::update_command(UserId id, const UserChanges& changes, TimePoint now) {
  return command(update_user,
                 {id.value, nullable(changes.first_name), nullable(changes.last_name), nullable(changes.email), now});
}

Command UserStore::remove_command(UserId id) { return command(remove_user, {id.value}); }

Command UserStore::set_password_command(UserId id, std::string password_hash) {
  return command(set_password, {id.value, std::move(password_hash)});
}

Command UserStore::lock_command(UserId id, std::string password_hash) {
  return command(lock_user, {id.value, std::move(password_hash)});
}

Command UserStore::replace_hash_command(UserId id, std::string verified_hash, std::string new_hash) {
  return command(replace_hash, {id.value, std::move(verified_hash), std::move(new_hash)});
}

Command UserStore::keep_express_password_command(UserId id, std::string express_hash, std::string express_salt,
                                                 std::string new_hash) {
  return command(keep_express_password,
                 {id.value, std::move(express_hash), std::move(express_salt), std::move(new_hash)});
}

Command UserStore::drop_express_password_command(UserId id) { return command(drop_express_password, {id.value}); }

std::optional<User> UserStore::user_of(const Rows& rows) {
  if (rows.empty()) return std::nullopt;
  return read_user(rows[0]);
}

}  // namespace gatehouse::users
