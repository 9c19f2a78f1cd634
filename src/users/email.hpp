#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/field_error.hpp"

namespace gatehouse::users {

inline constexpr std::size_t email_bytes_max = 254;  ///< RFC 5321 section 4.5.3.1.3, less the path's angle brackets
inline constexpr std::size_t email_local_bytes_max = 64;   ///< RFC 5321 section 4.5.3.1.1
inline constexpr std::size_t domain_label_bytes_max = 63;  ///< RFC 1035 section 2.3.4

/// No row holds a longer one: the Express service stored up to 255 characters, of up to four bytes each.
inline constexpr std::size_t stored_email_bytes_max = 1020;

/// What is wrong with one value: a message and its code as in FieldError, both static. Empty if nothing is.
struct FieldProblem {
  std::string_view message;
  std::string_view code;

  [[nodiscard]] bool empty() const { return message.empty(); }
};

/// What is wrong with an email address, if anything. Pragmatic, not RFC 5322: one @; 1..64 bytes before it, without
/// blanks, control characters and invisible characters; after it labels of 1..63 letters, digits and inner hyphens
/// joined by dots, or an internationalised domain (RFC 6531) that the DNS can hold (UTS #46); 254 bytes in all. Linear
/// in the length, which is bounded.
[[nodiscard]] FieldProblem email_problem(std::string_view email);

/// The one form of all spellings of an address, by which addresses are found, compared and unique. Surrounding blanks
/// are removed; the part before the @ is in NFKC_Casefold (as RFC 8265 section 3.3 maps usernames, and without
/// invisible characters), the domain as the DNS has it (UTS #46), in lower case. ASCII is put in lower case and not
/// changed otherwise. A domain that is not valid is in NFKC_Casefold as well. Text that no row can hold (not UTF-8,
/// longer than stored_email_bytes_max) is only put in lower case.
[[nodiscard]] std::string email_key(std::string_view typed);

/// The key that the database derives from an address by itself (the column email_key), as long as nobody has stored its
/// email_key(): trimmed, ASCII letters in lower case. For an ASCII address both keys are the same.
[[nodiscard]] std::string plain_email_key(std::string_view typed);

/// The key to store beside an address, if the database cannot derive it; nothing if it can.
[[nodiscard]] std::optional<std::string> key_beside(std::string_view email);

}  // namespace gatehouse::users
