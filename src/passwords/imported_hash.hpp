#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "passwords/stored_password.hpp"

namespace gatehouse::passwords {

/// A hash from another system, as an import file has it.
struct ImportedHash {
  std::string text;
  std::optional<std::string> salt = {};    ///< beside it, if the format needs one there
  std::optional<std::string> format = {};  ///< its name; nullopt: recognised by the text
};

/// Why a hash cannot be stored: nobody could log in with it.
struct HashFault {
  std::string_view field;  ///< password_hash, salt or hash_format
  std::string_view code;   ///< unknown_format, required, or invalid: malformed, or beyond the limits on its cost
};

/// The hash in its stored form, which PasswordService can check. Other systems' own formats become PHC strings, and
/// fast hashes become PHC strings that wait to be wrapped (PendingCost). Formats: `phc` (what parse_phc() reads),
/// `bcrypt`, `crypt`, `express` (parse_express()), `pbkdf2-django`, `pbkdf2-passlib`, `pbkdf2-werkzeug`,
/// `scrypt-werkzeug`, `scrypt-better-auth`, `scrypt-firebase`, `phpass`, `ssha`, and those of raw_format_named();
/// docs/import-export.md describes them. Any thread.
[[nodiscard]] std::expected<StoredPassword, HashFault> read_imported(const ImportedHash& hash);

/// The name of a stored hash's format; nullopt if there is no hash or no check could read it.
[[nodiscard]] std::optional<std::string_view> format_name_of(const StoredPassword& stored);

}  // namespace gatehouse::passwords
