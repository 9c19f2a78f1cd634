#pragma once

#include <cstdint>
#include <expected>
#include <stop_token>
#include <string>
#include <variant>

#include "audit/audit_store.hpp"
#include "base/field_error.hpp"
#include "flows/letters/asker.hpp"
#include "flows/letters/letters.hpp"
#include "flows/password_check/password_check.hpp"
#include "flows/redemption/redemption.hpp"
#include "passwords/password_rules.hpp"
#include "passwords/password_service.hpp"

namespace gatehouse::flows {

/// A new password from somebody who has the token.
struct PasswordReset {
  std::string token;
  SecretString password;
  Asker asker;
  std::stop_token client_gone;  ///< once it is asked to stop, no hashing begins
};

/// Why a user is not sent a link.
enum class SendingError : std::uint8_t { unknown_user, disabled };

/// Lets users back in who have forgotten their password. One per io thread; everything it refers to outlives it. Throws
/// what Database and PasswordService throw.
class PasswordResetFlow {
 public:
  PasswordResetFlow(database::Database& database, passwords::PasswordService& passwords,
                    const passwords::PasswordRules& rules, PasswordCheck& check, Letters& letters, const Clock& clock)
      : database_(database),
        users_(database),
        redemption_(database, clock),
        passwords_(passwords),
        rules_(rules),
        check_(check),
        letters_(letters),
        clock_(clock) {}

  /// Sends a link to the user with this email, if there is one. Does the same work either way, and puts it on record.
  [[nodiscard]] Task<> request(std::string email, Asker asker);

  /// The same for a user whom an operator names, however many links were sent before.
  [[nodiscard]] Task<std::expected<void, SendingError>> send(UserId user, audit::Origin origin);

  /// Stores the password, ends all sessions of the user and voids their other tokens, forgets all wrong passwords, and
  /// tells the user. Mistakes in the password leave the token valid; of any number of redemptions one succeeds.
  [[nodiscard]] Task<std::expected<void, std::variant<TokenRefusal, FieldErrors>>> reset(PasswordReset wanted);

 private:
  [[nodiscard]] Task<FieldErrors> mistakes_of(const PasswordReset& wanted, const GoodToken& token,
                                              const users::Contact& user);
  [[nodiscard]] Task<CountedMail> add_news(database::Changes& changes, UserId user, Asker asker);

  database::Database& database_;
  users::UserStore users_;
  Redemption redemption_;
  passwords::PasswordService& passwords_;
  const passwords::PasswordRules& rules_;
  PasswordCheck& check_;
  Letters& letters_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
