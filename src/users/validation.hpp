#pragma once

#include <string>
#include <string_view>

#include "base/field_error.hpp"
#include "users/model.hpp"

namespace gatehouse::users {

inline constexpr std::size_t name_bytes_max = 255;
inline constexpr std::size_t email_bytes_max = 254;  ///< RFC 5321 section 4.5.3.1.3, less the path's angle brackets
inline constexpr std::size_t email_local_bytes_max = 64;   ///< RFC 5321 section 4.5.3.1.1
inline constexpr std::size_t domain_label_bytes_max = 63;  ///< RFC 1035 section 2.3.4
inline constexpr std::size_t password_bytes_max = 1024;

/// What is wrong with one value: a message and its code as in FieldError, both static. Empty where nothing is.
struct FieldProblem {
  std::string_view message;
  std::string_view code;

  [[nodiscard]] bool empty() const { return message.empty(); }
};

/// All mistakes in the fields, in their order: one message per field, written for the person who typed them. Empty if
/// there are none. Names: 1..255 bytes and not blank. Email: email_problem(). Password: 1..1024 bytes. All of it
/// well-formed UTF-8, names and emails without control characters, passwords without NUL.
[[nodiscard]] FieldErrors validate(const NewUser& user);
/// The same for the fields that are present.
[[nodiscard]] FieldErrors validate(const UserChanges& changes);

/// What is wrong with an email address, if anything. Pragmatic, not RFC 5322: one
/// @; 1..64 bytes before it, without blanks or controls; after it labels of 1..63 letters, digits and inner hyphens
/// joined by dots (UTF-8 letters allowed, RFC 6531); 254 bytes in all. Linear in the length, bounded by it.
[[nodiscard]] FieldProblem email_problem(std::string_view email);

/// The form in which emails are compared: without surrounding blanks, ASCII letters in lower case. It is what the
/// database's generated column users.email_key holds for a stored email.
[[nodiscard]] std::string email_key(std::string_view typed);

}  // namespace gatehouse::users
