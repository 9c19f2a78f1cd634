#include "flows/user_import/record_check.hpp"

#include <string>
#include <utility>

#include "mail/accept_language.hpp"
#include "passwords/imported_hash.hpp"
#include "users/validation.hpp"

namespace gatehouse::flows {
namespace {

using users::RecordFault;
using users::UserRecord;

/// The first fault by the rules of users.
std::optional<RecordFault> fault_of_profile(const UserRecord& record) {
  if (!record.email) return RecordFault{.field = "email", .code = "required"};
  const FieldErrors errors = users::validate(users::UserChanges{
      .first_name = record.first_name, .last_name = record.last_name, .email = record.email, .password = {}});
  if (errors.empty()) return std::nullopt;
  return RecordFault{.field = errors.front().field, .code = errors.front().code};
}

/// Puts the hash, if there is one, in the form that is stored; nullopt if all is well.
std::optional<RecordFault> take_hash(UserRecord& record) {
  if (!record.password_hash) {
    if (record.salt) return RecordFault{.field = "password_hash", .code = "required"};
    return std::nullopt;
  }
  if (record.password) return RecordFault{.field = "password", .code = "duplicate"};
  auto stored =
      passwords::read_imported({.text = *record.password_hash, .salt = record.salt, .format = record.hash_format});
  if (!stored) return RecordFault{.field = std::string{stored.error().field}, .code = stored.error().code};
  record.password_hash = std::move(stored->hash);
  record.salt = std::move(stored->salt);
  return std::nullopt;
}

std::optional<RecordFault> fault_of_password(const UserRecord& record, const passwords::PasswordRules& rules) {
  if (!record.password) return std::nullopt;
  const auto refusal = rules.refusal_of(*record.password, {.first_name = record.first_name.value_or(""),
                                                           .last_name = record.last_name.value_or(""),
                                                           .email = *record.email});
  if (!refusal) return std::nullopt;
  return RecordFault{.field = "password", .code = refusal->code()};
}

std::optional<RecordFault> fault_of_locale(const UserRecord& record) {
  if (!record.locale || mail::is_language_tag(*record.locale)) return std::nullopt;
  return RecordFault{.field = "locale", .code = "invalid"};
}

}  // namespace

std::expected<CheckedRecord, RecordFault> check_record(UserRecord record, const passwords::PasswordRules& rules) {
  // An empty text counts as missing, like an empty cell of CSV.
  if (record.first_name == "") record.first_name.reset();
  if (record.last_name == "") record.last_name.reset();
  auto fault = fault_of_profile(record);
  if (!fault) fault = take_hash(record);
  if (!fault) fault = fault_of_password(record, rules);
  if (!fault) fault = fault_of_locale(record);
  if (fault) return std::unexpected(*std::move(fault));
  return CheckedRecord{.user = {.email = *std::move(record.email),
                                .first_name = std::move(record.first_name),
                                .last_name = std::move(record.last_name),
                                .password_hash = std::move(record.password_hash),
                                .salt = std::move(record.salt),
                                .is_verified = record.email_verified,
                                .created_at = record.created_at,
                                .is_disabled = record.disabled,
                                .locale = std::move(record.locale)},
                       .password = std::move(record.password)};
}

}  // namespace gatehouse::flows
