#pragma once

#include <expected>
#include <variant>

#include "base/field_error.hpp"
#include "flows/letters/letters.hpp"
#include "flows/reauthentication/reauthentication.hpp"
#include "flows/sessions/session_opening.hpp"
#include "passwords/password_rules.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::flows {

struct PasswordChange {
  OwnerClaim owner;
  SecretString new_password;
  sessions::Client client;  ///< for the list of sessions
};

/// Lets users choose a new password. One per io thread; everything it refers to outlives it. Throws what Database and
/// PasswordService throw.
class PasswordChangeFlow {
 public:
  PasswordChangeFlow(database::Database& database, passwords::PasswordService& passwords,
                     const passwords::PasswordRules& rules, PasswordCheck& check, Reauthentication& owners,
                     const SessionOpening& opening, Letters& letters, const Clock& clock)
      : database_(database),
        passwords_(passwords),
        rules_(rules),
        check_(check),
        owners_(owners),
        opening_(opening),
        letters_(letters),
        clock_(clock) {}

  using Refusal = std::variant<sessions::SessionError, PasswordError, FieldErrors>;

  /// Ends all sessions of the user and opens another one, voids their one-time tokens, and tells them. The mistakes are
  /// the new password's.
  [[nodiscard]] Task<std::expected<LoginResult, Refusal>> change(PasswordChange wanted);

 private:
  [[nodiscard]] Task<std::optional<LoginResult>> store(Owner owner, std::string password_hash, sessions::Client client,
                                                       Asker asker);

  database::Database& database_;
  passwords::PasswordService& passwords_;
  const passwords::PasswordRules& rules_;
  PasswordCheck& check_;
  Reauthentication& owners_;
  const SessionOpening& opening_;
  Letters& letters_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
