#pragma once

#include <string>
#include <string_view>

#include "base/text.hpp"
#include "database/rows.hpp"
#include "users/email.hpp"
#include "users/model.hpp"

namespace gatehouse::users {

/// What the stores of users have in common.

/// Whether a row can hold the key; PostgreSQL would reject any other key as a parameter.
[[nodiscard]] inline bool can_be_stored(std::string_view email_key) {
  return email_key.size() <= stored_email_bytes_max && is_utf8(email_key) && !email_key.contains('\0');
}

/// A row of id, first_name, last_name, email, created_at, updated_at, disabled_at and version.
[[nodiscard]] inline User read_user(const database::Row& row) {
  return {.id = UserId{row.integer(0)},
          .first_name = std::string{row.text(1)},
          .last_name = std::string{row.text(2)},
          .email = std::string{row.text(3)},
          .created_at = row.time(4),
          .updated_at = row.time(5),
          .disabled_at = row.nullable_time(6),
          .version = row.integer(7)};
}

}  // namespace gatehouse::users
