#include "users/validation.hpp"

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "users/email.hpp"

namespace gatehouse::users {
namespace {

FieldProblem name_problem(std::string_view name) {
  if (trim(name, ascii_whitespace).empty()) return {"must not be empty", "empty"};
  if (!is_utf8(name)) return {"must be valid UTF-8 text", "not_unicode"};
  if (count_code_points(name) > name_characters_max) return {"must be at most 255 characters long", "too_long"};
  if (has_control_character(name)) return {"must not contain control characters", "control_character"};
  return {};
}

void note(FieldErrors& errors, std::string_view field, FieldProblem problem) {
  if (!problem.empty()) errors.push_back({std::string{field}, std::string{problem.message}, problem.code});
}

}  // namespace

FieldErrors validate(const NewUser& user) {
  FieldErrors errors;
  note(errors, "first_name", name_problem(user.first_name));
  note(errors, "last_name", name_problem(user.last_name));
  note(errors, "email", email_problem(user.email));
  return errors;
}

FieldErrors validate(const UserChanges& changes) {
  FieldErrors errors;
  if (changes.first_name) note(errors, "first_name", name_problem(*changes.first_name));
  if (changes.last_name) note(errors, "last_name", name_problem(*changes.last_name));
  if (changes.email) note(errors, "email", email_problem(*changes.email));
  return errors;
}

void drop_unchanged(UserChanges& changes, const User& user) {
  if (changes.first_name == user.first_name) changes.first_name.reset();
  if (changes.last_name == user.last_name) changes.last_name.reset();
  if (changes.email == user.email) changes.email.reset();
}

}  // namespace gatehouse::users
