#pragma once

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
  std::string_view code;   ///< unknown_format, or invalid: malformed, or beyond the limits on its cost
};

/// What is wrong with the hash, if anything: it must be one that PasswordService can check. Formats: `phc` (Argon2id
/// and PBKDF2 as parse_phc() reads them) and `express` (parse_express()). Any thread.
[[nodiscard]] std::optional<HashFault> fault_of(const ImportedHash& hash);

/// The name of a stored hash's format; nothing where no check could read it, or there is none.
[[nodiscard]] std::optional<std::string_view> format_name_of(const StoredPassword& stored);

}  // namespace gatehouse::passwords
