#pragma once

#include "base/field_error.hpp"
#include "base/ids.hpp"
#include "database/database.hpp"
#include "passwords/password_rules.hpp"
#include "users/model.hpp"
#include "users/user_store.hpp"

namespace gatehouse::flows {

/// All mistakes in a new user's fields, in their order, by the rules of users and passwords. Empty if there are none.
[[nodiscard]] FieldErrors mistakes_in(const users::NewUser& user, const passwords::PasswordRules& rules);

/// The mistake in a user's new password, reported for this field. Empty if there is none.
[[nodiscard]] FieldErrors mistakes_in(std::string_view field, const SecretString& password, const users::Contact& user,
                                      const passwords::PasswordRules& rules);

/// The mistake that the new password is the old one, reported for this field.
[[nodiscard]] FieldErrors unchanged_password(std::string_view field);

/// The rules for a user's fields, including the password, which must not be made of the others. One per io thread;
/// everything it refers to outlives it. Throws what Database throws.
class AccountRules {
 public:
  AccountRules(database::Database& database, const passwords::PasswordRules& passwords)
      : users_(database), passwords_(passwords) {}

  [[nodiscard]] FieldErrors mistakes_in(const users::NewUser& user) const {
    return flows::mistakes_in(user, passwords_);
  }

  /// The mistakes in the fields that are present. A value that the user has already is not a mistake, since it may be
  /// older than the rules; it is removed from the changes. The id may be nobody's. `changes` outlives the coroutine.
  [[nodiscard]] Task<FieldErrors> mistakes_in(UserId id, users::UserChanges& changes);

 private:
  users::UserStore users_;
  const passwords::PasswordRules& passwords_;
};

}  // namespace gatehouse::flows
