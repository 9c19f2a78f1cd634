#pragma once

#include <expected>
#include <stop_token>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "flows/login/login_turns.hpp"
#include "passwords/password_service.hpp"
#include "sessions/session_service.hpp"
#include "tokens/token_issuer.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why a login failed. Unless LOGIN_ERRORS says otherwise, the client gets the same answer for both. Both always take
/// the same time.
enum class LoginError { unknown_user, wrong_password };

struct LoginResult {
  UserId user;
  std::string token;    ///< JWS compact
  std::string session;  ///< sealed
  TimePoint session_expires_at;
};

/// Exchanges an email and a password for a token and a new session. One per io thread; everything it refers to outlives
/// it.
class LoginFlow {
 public:
  LoginFlow(database::Database& database, passwords::PasswordService& passwords, sessions::SessionService& sessions,
            const tokens::TokenIssuer& tokens, const Clock& clock);

  /// Turns to another issuer, which takes the place of the one before.
  void use(const tokens::TokenIssuer& tokens) { tokens_ = &tokens; }

  /// Throws what Database and PasswordService throw. Each login is a new session; a hash in an old format is replaced
  /// on the way. Once `client_gone` is asked to stop, no hashing begins.
  [[nodiscard]] Task<std::expected<LoginResult, LoginError>> login(std::string email, SecretString password,
                                                                   sessions::Client client,
                                                                   std::stop_token client_gone = {});

 private:
  /// A password may be replaced between reading its hash and inserting the session, by a change or by another login's
  /// rehash; then everything is checked again, this often at most.
  static constexpr int attempts_max = 3;

  struct Checked {
    users::UserCredentials credentials;
    std::optional<std::string> replacement;
  };
  [[nodiscard]] Task<std::expected<Checked, LoginError>> check(std::string email, SecretString password,
                                                               std::stop_token client_gone);
  [[nodiscard]] Task<std::optional<LoginResult>> try_to_open_session(Checked checked, sessions::Client client);
  [[nodiscard]] Task<database::Committed> commit_in_turn(UserId user, database::Changes changes);
  [[nodiscard]] Task<std::optional<LoginResult>> open_session(Checked checked, sessions::Client client);

  database::Database& database_;
  users::UserStore users_;
  passwords::PasswordService& passwords_;
  sessions::SessionService& sessions_;
  const tokens::TokenIssuer* tokens_;
  const Clock& clock_;
  LoginTurns turns_;
};

}  // namespace gatehouse::flows
