#pragma once

#include <expected>
#include <optional>

#include "base/secret_string.hpp"
#include "passwords/password_rules.hpp"
#include "users/import_store.hpp"
#include "users/user_record.hpp"

namespace gatehouse::flows {

/// A record without a fault: the user to be stored, and the password that is yet to be hashed, if it has one in clear.
struct CheckedRecord {
  users::StagedUser user;
  std::optional<SecretString> password = {};
};

/// What users and passwords accept of a record; the fault is the first in the order of its fields. An address is
/// needed. Names may be missing; where they are there, they are what users::validate() accepts. A hash is one that can
/// be checked, a password in clear one that PasswordRules accept; a record has one of the two at most. Any thread.
[[nodiscard]] std::expected<CheckedRecord, users::RecordFault> check_record(users::UserRecord record,
                                                                            const passwords::PasswordRules& rules);

}  // namespace gatehouse::flows
