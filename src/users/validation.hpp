#pragma once

#include <cstddef>

#include "base/field_error.hpp"
#include "users/model.hpp"

namespace gatehouse::users {

inline constexpr std::size_t name_characters_max = 255;  ///< code points, as the columns count them

/// All mistakes in the fields, in their order: one message per field, written for the person who typed them. Empty if
/// there are none. Names: 1..255 characters and not blank. Email: email_problem(). All of it well-formed UTF-8 without
/// control characters. passwords::PasswordRules checks passwords.
[[nodiscard]] FieldErrors validate(const NewUser& user);
/// The same for the fields that are present.
[[nodiscard]] FieldErrors validate(const UserChanges& changes);

/// Removes from the changes the values that the user has already.
void drop_unchanged(UserChanges& changes, const User& user);

}  // namespace gatehouse::users
