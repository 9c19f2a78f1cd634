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

/// Somebody wants another password.
struct PasswordChange {
  OwnerClaim owner;
  SecretString new_password;
  sessions::Client client;  ///< for the list of sessions
};

/// REQUIRE_VERIFIED_EMAIL keeps the user out.
struct EmailNotVerified {};

/// Lets users choose a new password. One per io thread; everything it refers to outlives it. Throws what Database and
/// PasswordService throw.
class PasswordChangeFlow {
 public:
  /// What the flow works with.
  struct Parts {
    database::Database& database;
    passwords::PasswordService& passwords;
    const passwords::PasswordRules& rules;
    PasswordCheck& check;
    Reauthentication& owners;
    const SessionOpening& opening;
    Letters& letters;
    bool requires_verified_email;
    const Clock& clock;
  };

  explicit PasswordChangeFlow(const Parts& parts) : parts_(parts) {}

  using Refusal = std::variant<sessions::SessionError, PasswordError, FieldErrors, EmailNotVerified>;

  /// Ends all sessions of the user and opens another one, voids their one-time tokens, and tells them. The FieldErrors
  /// are about the new password.
  [[nodiscard]] Task<std::expected<LoginResult, Refusal>> change(PasswordChange wanted);

 private:
  /// What is stored, and for whom.
  struct NewSecret {
    SecretString password;
    sessions::Client client;
    Asker asker;
    std::stop_token client_gone;
  };
  [[nodiscard]] std::optional<Refusal> refusal_of(const users::Contact& user, const SecretString& password) const;
  [[nodiscard]] Task<std::optional<LoginResult>> store(Owner owner, NewSecret wanted);

  const Parts parts_;
};

}  // namespace gatehouse::flows
