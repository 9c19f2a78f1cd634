#include "flows/account/account_flow.hpp"

#include "sessions/session_store.hpp"
#include "sessions/topics.hpp"
#include "users/topics.hpp"
#include "users/validation.hpp"

namespace gatehouse::flows {

// Features do not know each other: what users accept, passwords can hash; and who changes a user is heard by those who
// remember the user's sessions.
static_assert(users::password_bytes_max == passwords::password_bytes_max);
static_assert(users::user_topic.name == sessions::user_topic.name);

using users::User;
using users::UserStore;

AccountFlow::AccountFlow(database::Database& database, passwords::PasswordService& passwords, const Clock& clock)
    : database_(database), users_(database), passwords_(passwords), clock_(clock) {}

Task<std::expected<User, AccountError>> AccountFlow::create(users::NewUser user, std::stop_token client_gone) {
  auto hash = co_await passwords_.hash(std::move(user.password), std::move(client_gone));
  database::Changes changes;
  const auto created = changes.add(UserStore::insert(std::move(user), std::move(hash), clock_.now()));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::email_is_unique);
  if (!committed) co_return std::unexpected(AccountError::email_taken);
  co_return committed->result(created);
}

Task<std::expected<User, AccountError>> AccountFlow::update(UserId id, users::UserChanges wanted,
                                                            std::stop_token client_gone) {
  std::optional<std::string> new_hash;
  if (wanted.password) {
    auto hash = co_await hash_for(id, *std::move(wanted.password), std::move(client_gone));
    if (!hash) co_return std::unexpected(hash.error());
    new_hash = *std::move(hash);
  }

  database::Changes changes;
  const auto updated = changes.add(UserStore::update(id, wanted, clock_.now()));
  if (new_hash) {
    changes.add(UserStore::set_password(id, *std::move(new_hash), clock_.now()));
    changes.add(UserStore::drop_express_password(id));
    changes.add(sessions::SessionStore::remove_of_user(id));
  }
  const auto committed = co_await database_.commit_unless(std::move(changes), users::email_is_unique);
  if (!committed) co_return std::unexpected(AccountError::email_taken);
  auto user = committed->result(updated);
  if (!user) co_return std::unexpected(AccountError::not_found);
  co_return *std::move(user);
}

Task<std::expected<void, AccountError>> AccountFlow::disable(UserId id) {
  database::Changes changes;
  const auto found = changes.add(UserStore::set_disabled(id, clock_.now()));
  changes.add(sessions::SessionStore::remove_of_user(id));
  const auto committed = co_await database_.commit(std::move(changes));
  if (!committed.result(found)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

Task<std::expected<void, AccountError>> AccountFlow::enable(UserId id) {
  database::Change<bool> change = UserStore::set_disabled(id, std::nullopt);
  const bool found = co_await database_.commit(std::move(change));
  if (!found) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

Task<std::expected<void, AccountError>> AccountFlow::remove(UserId id) {
  database::Changes changes;
  const auto removed = changes.add(UserStore::remove(id));
  const auto committed = co_await database_.commit_unless(std::move(changes), users::user_is_not_referenced);
  if (!committed) co_return std::unexpected(AccountError::referenced);
  if (!committed->result(removed)) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

/// Looks for the user first: a hash is expensive.
Task<std::expected<std::string, AccountError>> AccountFlow::hash_for(UserId id, SecretString password,
                                                                     std::stop_token client_gone) {
  const auto user = co_await users_.find(id);
  if (!user) co_return std::unexpected(AccountError::not_found);
  co_return co_await passwords_.hash(std::move(password), std::move(client_gone));
}

}  // namespace gatehouse::flows
