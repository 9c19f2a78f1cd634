#pragma once

#include <expected>
#include <string>
#include <variant>

#include "audit/audit_store.hpp"
#include "base/field_error.hpp"
#include "flows/letters/letters.hpp"
#include "flows/reauthentication/reauthentication.hpp"
#include "flows/redemption/redemption.hpp"

namespace gatehouse::flows {

/// The account's owner wants another email.
struct EmailChange {
  OwnerClaim owner;
  std::string new_email;
};

/// Another user has the address.
struct EmailTaken {};

/// Lets users move to another email. One per io thread; everything it refers to outlives it. Throws what Database and
/// PasswordService throw.
class EmailChangeFlow {
 public:
  EmailChangeFlow(database::Database& database, PasswordCheck& passwords, Reauthentication& owners, Letters& letters,
                  const Clock& clock)
      : database_(database),
        users_(database),
        redemption_(database, clock),
        passwords_(passwords),
        owners_(owners),
        letters_(letters),
        clock_(clock) {}

  using Refusal = std::variant<sessions::SessionError, PasswordError, FieldErrors>;

  /// Sends a link to the new address. If another user has it, that user is told instead, and the result looks the same.
  /// The FieldErrors are about the address.
  [[nodiscard]] Task<std::expected<void, Refusal>> request(EmailChange wanted);

  /// Gives the user the new address, verified, voids their other one-time tokens, and tells the old address. If the new
  /// address was taken meanwhile, nothing changes and the token stays valid.
  [[nodiscard]] Task<std::expected<UserId, std::variant<TokenRefusal, EmailTaken>>> confirm(std::string token,
                                                                                            Asker asker);

 private:
  [[nodiscard]] Task<bool> send(Owner owner, std::string new_email, Asker asker);

  database::Database& database_;
  users::UserStore users_;
  Redemption redemption_;
  PasswordCheck& passwords_;
  Reauthentication& owners_;
  Letters& letters_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
