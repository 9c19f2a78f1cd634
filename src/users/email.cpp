#include "users/email.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace gatehouse::users {
namespace {

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > domain_label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label, is_label_character);
}

bool is_ascii_domain(std::string_view domain) {
  while (true) {
    const auto dot = domain.find('.');
    if (!is_label(domain.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    domain.remove_prefix(dot + 1);
  }
}

bool is_domain(std::string_view domain) {
  if (is_ascii(domain)) return is_ascii_domain(domain);
  const auto ascii = to_ascii_domain(domain);
  return ascii && is_ascii_domain(*ascii);
}

std::string key_of_parts(std::string_view email, std::size_t at) {
  const std::string_view domain = email.substr(at + 1);
  const auto ascii = to_ascii_domain(domain);
  return to_nfkc_casefold(email.substr(0, at)) + '@' + (ascii ? *ascii : to_nfkc_casefold(domain));
}

/// Some characters that look like ASCII ones, such as a fullwidth @, hide characters that are not allowed before the @.
bool is_local_part(std::string_view local) {
  if (is_ascii(local)) return true;
  const std::string folded = to_nfkc_casefold(local);
  return !folded.empty() && !folded.contains('@') && !folded.contains(' ');
}

}  // namespace

FieldProblem email_problem(std::string_view email) {
  if (trim(email, ascii_whitespace).empty()) return {"must not be empty", "empty"};
  if (email.size() > email_bytes_max) return {"must be at most 254 bytes long", "too_long"};
  if (!is_utf8(email)) return {"must be valid UTF-8 text", "not_unicode"};
  if (std::ranges::any_of(email, is_control)) return {"must not contain control characters", "control_character"};
  if (email.contains(' ')) return {"must not contain spaces", "invalid_email"};
  if (has_invisible_character(email)) {
    return {"must not contain invisible characters or special spaces", "invisible_character"};
  }
  if (std::ranges::count(email, '@') != 1) return {"must contain exactly one @", "invalid_email"};
  const auto at = email.find('@');
  if (at == 0) return {"must have a name before the @", "invalid_email"};
  if (at > email_local_bytes_max) return {"must have at most 64 bytes before the @", "too_long"};
  if (!is_local_part(email.substr(0, at))) return {"must have a valid name before the @", "invalid_email"};
  if (!is_domain(email.substr(at + 1))) {
    return {"must have a valid domain after the @, such as example.com", "invalid_email"};
  }
  return {};
}

std::string email_key(std::string_view typed) {
  const std::string_view email = trim(typed, ascii_whitespace);
  if (is_ascii(email) || email.size() > stored_email_bytes_max || !is_utf8(email)) return to_lower(email);
  const std::size_t at = email.rfind('@');
  std::string key = at == std::string_view::npos ? to_nfkc_casefold(email) : key_of_parts(email, at);
  // A few characters may fold into many, and the size of an index entry is limited.
  return key.size() > stored_email_bytes_max ? to_lower(email) : key;
}

std::string plain_email_key(std::string_view typed) { return to_lower(trim(typed, ascii_whitespace)); }

std::optional<std::string> key_beside(std::string_view email) {
  if (is_ascii(email)) return std::nullopt;
  return email_key(email);
}

}  // namespace gatehouse::users
