#pragma once

#include <expected>
#include <optional>

#include "base/secret_string.hpp"
#include "passwords/password_rules.hpp"
#include "users/import_store.hpp"
#include "users/user_record.hpp"

namespace gatehouse::flows {

/// A record without a fault: the user to be stored, and the plaintext password that is yet to be hashed, if it has one.
struct CheckedRecord {
  users::StagedUser user;
  std::optional<SecretString> password = {};
};

/// Checks a record by the rules of users and passwords; the fault is the first in the order of its fields. An address
/// is required. Names may be missing; if present, they must be what users::validate() accepts. A hash must be one that
/// can be checked, a plaintext password one that PasswordRules accept; a record has at most one of the two. Any thread.
[[nodiscard]] std::expected<CheckedRecord, users::RecordFault> check_record(users::UserRecord record,
                                                                            const passwords::PasswordRules& rules);

}  // namespace gatehouse::flows
