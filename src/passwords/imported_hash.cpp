#include "passwords/imported_hash.hpp"

#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {
namespace {

constexpr std::string_view phc_name = "phc";
constexpr std::string_view express_name = "express";

/// A salt beside the hash is the sign of an Express row, as it is in the database.
std::string_view name_of(const ImportedHash& hash) {
  if (hash.format) return *hash.format;
  if (hash.salt) return express_name;
  return hash.text.starts_with("$argon2id$") || hash.text.starts_with("$pbkdf2-sha512$") ? phc_name : "";
}

}  // namespace

std::optional<HashFault> fault_of(const ImportedHash& hash) {
  const std::string_view name = name_of(hash);
  if (name == phc_name) {
    if (hash.salt) return HashFault{.field = "salt", .code = "invalid"};
    if (!parse_phc(hash.text)) return HashFault{.field = "password_hash", .code = "invalid"};
    return std::nullopt;
  }
  if (name == express_name) {
    if (!hash.salt) return HashFault{.field = "salt", .code = "required"};
    if (!parse_express(hash.text, *hash.salt)) return HashFault{.field = "password_hash", .code = "invalid"};
    return std::nullopt;
  }
  return HashFault{.field = hash.format ? "hash_format" : "password_hash", .code = "unknown_format"};
}

std::optional<std::string_view> format_name_of(const StoredPassword& stored) {
  if (!stored.hash) return std::nullopt;
  if (stored.salt) return parse_express(*stored.hash, *stored.salt) ? std::optional{express_name} : std::nullopt;
  return parse_phc(*stored.hash) ? std::optional{phc_name} : std::nullopt;
}

}  // namespace gatehouse::passwords
