#include "users/validation.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatehouse::users {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

bool is_blank(char c) { return blanks.contains(c); }

/// Letters, digits and every byte of a longer UTF-8 sequence.
bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > domain_label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, [](char c) { return c == '-' || is_label_character(c); });
}

bool is_domain(std::string_view domain) {
  while (true) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

FieldProblem name_problem(std::string_view name) {
  if (std::ranges::all_of(name, is_blank)) return {"must not be empty", "empty"};
  if (name.size() > name_bytes_max) return {"must be at most 255 bytes long", "too_long"};
  if (!is_utf8(name)) return {"must be valid UTF-8 text", "not_unicode"};
  if (std::ranges::any_of(name, is_control)) return {"must not contain control characters", "control_character"};
  return {};
}

FieldProblem password_problem(std::string_view password) {
  if (password.empty()) return {"must not be empty", "empty"};
  if (password.size() > password_bytes_max) return {"must be at most 1024 bytes long", "too_long"};
  if (!is_utf8(password)) return {"must be valid UTF-8 text", "not_unicode"};
  if (password.contains('\0')) return {"must not contain NUL characters", "nul_character"};
  return {};
}

void note(FieldErrors& errors, std::string_view field, FieldProblem problem) {
  if (!problem.empty()) errors.push_back({std::string{field}, std::string{problem.message}, problem.code});
}

}  // namespace

FieldProblem email_problem(std::string_view email) {
  if (std::ranges::all_of(email, is_blank)) return {"must not be empty", "empty"};
  if (email.size() > email_bytes_max) return {"must be at most 254 bytes long", "too_long"};
  if (!is_utf8(email)) return {"must be valid UTF-8 text", "not_unicode"};
  if (std::ranges::any_of(email, is_control)) return {"must not contain control characters", "control_character"};
  if (email.contains(' ')) return {"must not contain spaces", "invalid_email"};
  if (std::ranges::count(email, '@') != 1) return {"must contain exactly one @", "invalid_email"};
  const auto at = email.find('@');
  if (at == 0) return {"must have a name before the @", "invalid_email"};
  if (at > email_local_bytes_max) return {"must have at most 64 bytes before the @", "too_long"};
  if (!is_domain(email.substr(at + 1))) {
    return {"must have a valid domain after the @, such as example.com", "invalid_email"};
  }
  return {};
}

FieldErrors validate(const NewUser& user) {
  FieldErrors errors;
  note(errors, "first_name", name_problem(user.first_name));
  note(errors, "last_name", name_problem(user.last_name));
  note(errors, "email", email_problem(user.email));
  note(errors, "password", password_problem(user.password.reveal()));
  return errors;
}

FieldErrors validate(const UserChanges& changes) {
  FieldErrors errors;
  if (changes.first_name) note(errors, "first_name", name_problem(*changes.first_name));
  if (changes.last_name) note(errors, "last_name", name_problem(*changes.last_name));
  if (changes.email) note(errors, "email", email_problem(*changes.email));
  if (changes.password) note(errors, "password", password_problem(changes.password->reveal()));
  return errors;
}

std::string email_key(std::string_view typed) { return to_lower(trim(typed, blanks)); }

}  // namespace gatehouse::users
