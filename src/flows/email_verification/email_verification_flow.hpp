#pragma once

#include <expected>
#include <string>

#include "audit/audit_store.hpp"
#include "flows/letters/asker.hpp"
#include "flows/letters/letters.hpp"
#include "flows/redemption/redemption.hpp"

namespace gatehouse::flows {

/// Lets users show that mails to their address reach them. One per io thread; everything it refers to outlives it.
/// Throws what Database throws.
class EmailVerificationFlow {
 public:
  EmailVerificationFlow(database::Database& database, Letters& letters, const Clock& clock)
      : database_(database), users_(database), redemption_(database, clock), letters_(letters), clock_(clock) {}

  /// Sends a link to the user with this email, if there is one who has not verified it. Does the same work either way,
  /// and puts it on record.
  [[nodiscard]] Task<> request(std::string email, Asker asker);

  /// Returns the user whose email is now verified.
  [[nodiscard]] Task<std::expected<UserId, TokenRefusal>> verify(std::string token, audit::Origin origin);

 private:
  database::Database& database_;
  users::UserStore users_;
  Redemption redemption_;
  Letters& letters_;
  const Clock& clock_;
};

}  // namespace gatehouse::flows
