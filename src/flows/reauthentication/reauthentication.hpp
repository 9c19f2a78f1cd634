#pragma once

#include <expected>
#include <stop_token>
#include <string>
#include <variant>

#include "flows/letters/asker.hpp"
#include "flows/password_check/password_check.hpp"
#include "sessions/session_service.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// Somebody who is logged in says once more that they are this user.
struct OwnerClaim {
  std::string session;  ///< sealed
  SecretString password;
  Traces traces;
  Asker asker;
  std::stop_token client_gone;  ///< once it is asked to stop, no hashing begins
};

/// The user, and their right password: what they want must be committed with PasswordCheck::add_success().
struct Owner {
  users::Contact contact;
  CheckedPassword password;
};

using OwnerRefusal = std::variant<sessions::SessionError, PasswordError>;

/// Asks users for their password before something is done that a stolen session must not do (OWASP ASVS 5.0, 7.5.1).
/// One per io thread; everything it refers to outlives it. Throws what PasswordCheck throws.
class Reauthentication {
 public:
  Reauthentication(database::Database& database, sessions::SessionService& sessions, PasswordCheck& passwords)
      : users_(database), sessions_(sessions), passwords_(passwords) {}

  [[nodiscard]] Task<std::expected<Owner, OwnerRefusal>> prove(OwnerClaim claim);

 private:
  users::UserStore users_;
  sessions::SessionService& sessions_;
  PasswordCheck& passwords_;
};

}  // namespace gatehouse::flows
