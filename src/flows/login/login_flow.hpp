#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/turns/turns.hpp"
#include "sessions/session_service.hpp"
#include "tokens/token_issuer.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why a login failed. Unless LOGIN_ERRORS says otherwise, the client gets the same answer for both. Both always take
/// the same time.
using LoginError = PasswordError;

struct LoginRequest {
  PasswordAttempt attempt;
  sessions::Client client;  ///< for the list of sessions
};

struct LoginResult {
  UserId user;
  std::string token;    ///< JWS compact
  std::string session;  ///< sealed
  TimePoint session_expires_at;
  std::optional<std::string> device_token;  ///< where one was asked for
};

/// Exchanges an email and a password for a token and a new session. One per io thread; everything it refers to outlives
/// it.
class LoginFlow {
 public:
  /// What belongs to the secrets, and changes with them.
  struct Keys {
    const tokens::TokenIssuer& tokens;
    const devices::DeviceSealer& devices;
  };

  LoginFlow(database::Database& database, PasswordCheck& passwords, sessions::SessionService& sessions,
            const Keys& keys, const Clock& clock, crypto::Random& random);

  /// Turns to other keys, which take the place of the ones before.
  void use(const Keys& keys);

  /// Throws what Database and PasswordService throw. Each login is a new session; a hash in an old format is replaced
  /// on the way. A login is put on record with its session, and a refusal before it returns.
  [[nodiscard]] Task<std::expected<LoginResult, LoginError>> login(LoginRequest request);

 private:
  /// A password may be replaced between reading its hash and inserting the session, by a change or by another login's
  /// rehash; then everything is checked again, this often at most.
  static constexpr int rounds_max = 3;

  /// As long as the database waits for the lock of a row.
  static constexpr std::chrono::seconds turn_patience{5};

  /// A right password, with what is asked for beside it.
  struct Proven {
    CheckedPassword password;
    sessions::Client client;
    audit::Origin origin;
    std::optional<std::string> device_token;
  };

  [[nodiscard]] Task<std::optional<LoginResult>> try_to_open_session(Proven proven);
  [[nodiscard]] Task<std::optional<LoginResult>> open_session(Proven proven);
  [[nodiscard]] Task<> give_up(CheckedPassword checked, audit::Origin origin);
  [[nodiscard]] Task<database::Committed> commit_in_turn(UserId user, database::Changes changes);

  database::Database& database_;
  PasswordCheck& passwords_;
  sessions::SessionService& sessions_;
  const tokens::TokenIssuer* tokens_;
  const devices::DeviceSealer* device_sealer_;
  const Clock& clock_;
  crypto::Random& random_;
  Turns turns_{turn_patience};  ///< of users whose row is being locked
};

}  // namespace gatehouse::flows
