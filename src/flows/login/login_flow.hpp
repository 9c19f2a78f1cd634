#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/secret_string.hpp"
#include "base/time.hpp"
#include "database/database.hpp"
#include "devices/device_sealer.hpp"
#include "flows/counts/flow_counts.hpp"
#include "flows/letters/asker.hpp"
#include "flows/letters/letters.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/sessions/session_opening.hpp"
#include "flows/turns/turns.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Why a login failed. The client cannot tell the first two apart unless LOGIN_ERRORS says otherwise; both always take
/// the same time. The others are told only to somebody who knows the password.
enum class LoginError { unknown_user, wrong_password, email_not_verified, password_change_required };

/// A login that failed.
struct LoginRefusal {
  LoginError reason;
  SecretString reset_token = {};  ///< for password_change_required: what the password can be reset with
};

/// Somebody wants to log in.
struct LoginRequest {
  PasswordAttempt attempt;
  sessions::Client client;  ///< for the list of sessions
  Asker asker;
  Refreshing refreshing = Refreshing::no;
};

/// Exchanges an email and a password for a token and a new session. One per io thread; everything it refers to outlives
/// it.
class LoginFlow {
 public:
  /// What the flow works with.
  struct Parts {
    database::Database& database;
    PasswordCheck& passwords;
    const SessionOpening& opening;
    FlowCounts& counts;
    Letters& letters;
    bool requires_verified_email;
    const Clock& clock;
    crypto::Random& random;
  };

  LoginFlow(const Parts& parts, const devices::DeviceSealer& sealer)
      : parts_(parts), users_(parts.database), device_sealer_(&sealer) {}

  /// Replaces the sealer.
  void use(const devices::DeviceSealer& sealer) { device_sealer_ = &sealer; }

  /// Throws what Database and PasswordService throw. Each login opens a new session, and replaces a hash in an old
  /// format. A login is put on record together with its session, a refusal before this returns.
  [[nodiscard]] Task<std::expected<LoginResult, LoginRefusal>> login(LoginRequest request);

 private:
  using Ended = std::pair<LoginOutcome, std::expected<LoginResult, LoginRefusal>>;
  /// A password may be replaced between reading its hash and inserting the session, by a change or by another login's
  /// rehash; then everything is checked again, at most this often.
  static constexpr int rounds_max = 3;

  /// As long as the database waits for a row lock.
  static constexpr std::chrono::seconds turn_patience{5};

  /// A right password, and what else was asked for.
  struct Proven {
    CheckedPassword password;
    sessions::Client client;
    Asker asker;
    std::optional<std::string> device_token;
    Refreshing refreshing;
  };

  [[nodiscard]] Task<Ended> try_to_log_in(LoginRequest request);
  [[nodiscard]] Task<std::optional<LoginResult>> try_to_open_session(Proven proven);
  [[nodiscard]] Task<std::optional<LoginResult>> open_session(Proven proven);
  [[nodiscard]] std::optional<LoginError> obstacle(const users::UserCredentials& user) const;
  [[nodiscard]] Task<LoginRefusal> refuse(CheckedPassword checked, LoginError why, Asker asker);
  [[nodiscard]] Task<database::Committed> commit_in_turn(UserId user, database::Changes changes);

  const Parts parts_;
  users::UserStore users_;
  const devices::DeviceSealer* device_sealer_;
  Turns turns_{turn_patience};  ///< for users whose row is being locked
};

}  // namespace gatehouse::flows
