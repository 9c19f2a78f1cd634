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

/// Another email for who is its owner.
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

  /// Sends a link to the new address. Where another user has it, that user is told instead, and it looks the same. The
  /// mistakes are the address's.
  [[nodiscard]] Task<std::expected<void, Refusal>> request(EmailChange wanted);

  /// The user has the new, verified address, their other one-time tokens are void, and the old address is told. Where
  /// the address was taken meanwhile, nothing changes and the token stays good.
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
