#include "flows/login/login_flow.hpp"

namespace gatehouse::flows {
namespace {

using users::UserStore;

passwords::StoredPassword stored_password(const users::UserCredentials& credentials) {
  return {.hash = credentials.password_hash, .salt = credentials.salt};
}

/// Stores the better hash, before what rests on it.
void add_replacement(database::Changes& changes, const users::UserCredentials& verified,
                     const std::string& replacement) {
  changes.add(UserStore::replace_hash(verified.id, *verified.password_hash, replacement));
  if (!verified.salt) return;
  changes.add(UserStore::keep_express_password(verified.id, *verified.password_hash, *verified.salt, replacement));
}

}  // namespace

LoginFlow::LoginFlow(database::Database& database, passwords::PasswordService& passwords,
                     sessions::SessionService& sessions, const tokens::TokenIssuer& tokens, const Clock& clock)
    : database_(database),
      users_(database),
      passwords_(passwords),
      sessions_(sessions),
      tokens_(&tokens),
      clock_(clock) {}

Task<std::expected<LoginResult, LoginError>> LoginFlow::login(std::string email, SecretString password,
                                                              sessions::Client client, std::stop_token client_gone) {
  for (int attempt = 0; attempt < attempts_max; ++attempt) {
    SecretString candidate = password.clone();
    auto checked = co_await check(email, std::move(candidate), client_gone);
    if (!checked) co_return std::unexpected(checked.error());
    auto opened = co_await try_to_open_session(*std::move(checked), client);
    if (opened) co_return *std::move(opened);
  }
  co_return std::unexpected(LoginError::wrong_password);
}

Task<std::expected<LoginFlow::Checked, LoginError>> LoginFlow::check(std::string email, SecretString password,
                                                                     std::stop_token client_gone) {
  auto credentials = co_await users_.find_credentials(std::move(email));
  std::optional<passwords::StoredPassword> stored;
  // No password is right for a disabled user, and finding that out takes as long as a wrong one.
  if (credentials && !credentials->is_disabled) stored = stored_password(*credentials);

  auto verdict = co_await passwords_.verify(std::move(password), std::move(stored), std::move(client_gone));
  if (!credentials) co_return std::unexpected(LoginError::unknown_user);
  if (!verdict.matches) co_return std::unexpected(LoginError::wrong_password);
  co_return Checked{*std::move(credentials), std::move(verdict.replacement)};
}

Task<std::optional<LoginResult>> LoginFlow::try_to_open_session(Checked checked, sessions::Client client) {
  try {
    auto again = checked;
    co_return co_await open_session(std::move(again), client);
  } catch (const database::Unstorable&) {
    // What a browser calls itself is no reason to keep its user out. All else that is written here has been stored
    // once.
  }
  auto plain = sessions::in_ascii(std::move(client));
  co_return co_await open_session(std::move(checked), std::move(plain));
}

/// Its first change locks the user's row.
Task<database::Committed> LoginFlow::commit_in_turn(UserId user, database::Changes changes) {
  LoginTurns::Turn turn = co_await turns_.take(user);
  try {
    co_return co_await database_.commit(std::move(changes));
  } catch (const database::Unavailable& failure) {
    if (failure.reason() == database::Unavailable::Reason::overload) turn.refuse_others(failure);
    throw;
  }
}

Task<std::optional<LoginResult>> LoginFlow::open_session(Checked checked, sessions::Client client) {
  const users::UserCredentials& verified = checked.credentials;
  database::Changes changes;
  if (checked.replacement) {
    add_replacement(changes, verified, *checked.replacement);
  } else {
    changes.add(UserStore::lock(verified.id, *verified.password_hash));
  }
  // The session rests on the hash that is stored now. With the row locked by the change before, another password either
  // came first, and nothing is inserted, or comes later and deletes this session with the others.
  std::string current_hash = checked.replacement.value_or(*verified.password_hash);
  const auto draft = sessions_.draft(verified.id, std::move(current_hash), std::move(client));
  const auto inserted = changes.add(sessions::SessionStore::insert(draft.row));

  const auto committed = co_await commit_in_turn(verified.id, std::move(changes));
  const auto id = committed.result(inserted);
  if (!id) co_return std::nullopt;
  auto session = sessions_.open(draft, *id);
  co_return LoginResult{.user = verified.id,
                        .token = tokens_->issue(verified.id, *id, SessionMark::of(draft.row.secret_hash), clock_.now()),
                        .session = std::move(session.sealed),
                        .session_expires_at = session.expires_at};
}

}  // namespace gatehouse::flows
