#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "passwords/stored_password.hpp"

namespace gatehouse::passwords {

/// A hash from elsewhere, as a file of users has it.
struct ImportedHash {
  std::string text;
  std::optional<std::string> salt = {};    ///< beside it, where the format wants that
  std::optional<std::string> format = {};  ///< its name; nothing: to be told from the text
};

/// Why a hash cannot be stored: nobody could log in with it.
struct HashFault {
  std::string_view field;  ///< password_hash, salt or hash_format
  std::string_view code;   ///< unknown_format, required, or invalid: malformed, or beyond the limits on its cost
};

/// The hash as it is stored: one that PasswordService can check. What others write in a form of their own becomes a PHC
/// string, and what is too quick to be hashed one that waits for being wrapped (PendingCost). Formats: `phc` (what
/// parse_phc() reads), `bcrypt`, `crypt`, `express` (parse_express()), `pbkdf2-django`, `pbkdf2-passlib`,
/// `pbkdf2-werkzeug`, `scrypt-werkzeug`, `scrypt-better-auth`, `scrypt-firebase`, `phpass`, `ssha`, and those of
/// raw_format_named(); docs/import-export.md describes them. Any thread.
[[nodiscard]] std::expected<StoredPassword, HashFault> read_imported(const ImportedHash& hash);

/// The name of a stored hash's format; nothing where no check could read it, or there is none.
[[nodiscard]] std::optional<std::string_view> format_name_of(const StoredPassword& stored);

}  // namespace gatehouse::passwords
