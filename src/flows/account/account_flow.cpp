#include "flows/account/account_flow.hpp"

#include <vector>

#include "sessions/invalidation.hpp"
#include "sessions/session_store.hpp"
#include "users/validation.hpp"

namespace gatehouse::flows {

// What users accept, passwords can hash: features do not know each other.
static_assert(users::password_bytes_max == passwords::password_bytes_max);

using users::User;
using users::UserStore;

AccountFlow::AccountFlow(database::Database& database, passwords::PasswordService& passwords,
                         sessions::SessionCache& cache, const Clock& clock)
    : database_(database), users_(database), passwords_(passwords), cache_(cache), clock_(clock) {}

Task<std::expected<User, AccountError>> AccountFlow::create(users::NewUser user) {
  auto hash = co_await passwords_.hash(std::move(user.password));
  auto created = co_await users_.insert(std::move(user), std::move(hash), clock_.now());
  if (!created) co_return std::unexpected(AccountError::email_taken);
  co_return *std::move(created);
}

Task<std::expected<User, AccountError>> AccountFlow::update(UserId id, users::UserChanges changes) {
  std::optional<std::string> new_hash;
  if (changes.password) {
    auto hash = co_await hash_for(id, *std::move(changes.password));
    if (!hash) co_return std::unexpected(hash.error());
    new_hash = *std::move(hash);
  }

  std::vector<database::Command> commands;
  commands.push_back(UserStore::update_command(id, changes, clock_.now()));
  if (new_hash) {
    commands.push_back(UserStore::set_password_command(id, *std::move(new_hash)));
    commands.push_back(UserStore::drop_express_password_command(id));
    commands.push_back(sessions::SessionStore::remove_all_command(id));
  }
  const sessions::UserInvalidation invalidation{cache_, id};
  std::string announcement = sessions::user_announcement(id);
  const auto results = co_await database_.batch(std::move(commands), std::move(announcement));
  if (!results) co_return std::unexpected(AccountError::email_taken);
  auto updated = UserStore::user_of(results->front());
  if (!updated) co_return std::unexpected(AccountError::not_found);
  co_return *std::move(updated);
}

Task<std::expected<void, AccountError>> AccountFlow::remove(UserId id) {
  std::vector<database::Command> commands;
  commands.push_back(UserStore::remove_command(id));
  const sessions::UserInvalidation invalidation{cache_, id};
  std::string announcement = sessions::user_announcement(id);
  const auto results = co_await database_.batch(std::move(commands), std::move(announcement));
  if (!results || results->front().empty()) co_return std::unexpected(AccountError::not_found);
  co_return std::expected<void, AccountError>{};
}

/// Looks for the user first: a hash is expensive.
Task<std::expected<std::string, AccountError>> AccountFlow::hash_for(UserId id, SecretString password) {
  const auto user = co_await users_.find(id);
  if (!user) co_return std::unexpected(AccountError::not_found);
  co_return co_await passwords_.hash(std::move(password));
}

}  // namespace gatehouse::flows
