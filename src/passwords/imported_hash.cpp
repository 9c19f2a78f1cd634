#include "passwords/imported_hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <vector>

#include "base/text.hpp"
#include "passwords/base64.hpp"
#include "passwords/hashing.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {
namespace {

// Each reader gives the string that parse_phc() reads, or nothing. None checks what that checks: sizes and costs.

using Parts = std::vector<std::string_view>;

Parts split(std::string_view text, char separator) {
  Parts parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> read_number(std::string_view digits) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

std::optional<Pbkdf2Digest> read_digest_name(std::string_view name) {
  if (name == "sha1") return Pbkdf2Digest::sha1;
  if (name == "sha256") return Pbkdf2Digest::sha256;
  if (name == "sha512") return Pbkdf2Digest::sha512;
  return std::nullopt;
}

/// Base64 with padding, or with `.` in place of `+`.
std::optional<std::string> from_foreign_base64(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string plain{text};
  std::ranges::replace(plain, '.', '+');
  return from_base64(plain, Base64Alphabet::standard, SpareBits::any);
}

std::optional<std::string> write_phc(const std::optional<PhcFormat>& format, std::optional<std::string> salt,
                                     std::optional<std::string> digest) {
  if (!format || !salt || !digest) return std::nullopt;
  return to_text(Phc{.format = *format, .salt = *std::move(salt), .digest = *std::move(digest)});
}

std::optional<PhcFormat> pbkdf2_format(std::optional<Pbkdf2Digest> digest, std::string_view iterations) {
  const auto count = read_number(iterations);
  if (!digest || !count) return std::nullopt;
  return Pbkdf2Cost{.iterations = *count, .digest = *digest};
}

/// Django writes the name of the scheme before the string of Argon2.
std::optional<std::string> read_phc_text(std::string_view text) {
  constexpr std::string_view django_name = "argon2";
  if (text.starts_with(django_name)) text.remove_prefix(django_name.size());
  return std::string{text};
}

/// `$2b$12$` and 53 letters. Some libraries set bits of the last letters that mean nothing.
std::optional<std::string> read_bcrypt(std::string_view text) {
  constexpr std::size_t prefix_bytes = 7;
  constexpr std::size_t salt_letters = 22;
  if (text.size() < prefix_bytes + salt_letters) return std::nullopt;
  const auto salt = from_base64(text.substr(prefix_bytes, salt_letters), Base64Alphabet::bcrypt, SpareBits::any);
  const auto digest = from_base64(text.substr(prefix_bytes + salt_letters), Base64Alphabet::bcrypt, SpareBits::any);
  if (!salt || !digest) return std::nullopt;
  std::string clean{text.substr(0, prefix_bytes)};
  append_base64(clean, *salt, Base64Alphabet::bcrypt);
  append_base64(clean, *digest, Base64Alphabet::bcrypt);
  return clean;
}

/// `pbkdf2_sha256$600000$<salt as text>$<Base64>`.
std::optional<std::string> read_django(std::string_view text) {
  const Parts parts = split(text, '$');
  constexpr std::string_view name = "pbkdf2_";
  if (parts.size() != 4 || !parts[0].starts_with(name)) return std::nullopt;
  return write_phc(pbkdf2_format(read_digest_name(parts[0].substr(name.size())), parts[1]), std::string{parts[2]},
                   from_foreign_base64(parts[3]));
}

/// `$pbkdf2-sha256$29000$<Base64>$<Base64>`; `$pbkdf2$` is SHA-1.
std::optional<std::string> read_passlib(std::string_view text) {
  const Parts parts = split(text, '$');
  constexpr std::string_view name = "pbkdf2-";
  if (parts.size() != 5 || !parts[0].empty()) return std::nullopt;
  const auto digest = parts[1] == "pbkdf2"         ? std::optional{Pbkdf2Digest::sha1}
                      : parts[1].starts_with(name) ? read_digest_name(parts[1].substr(name.size()))
                                                   : std::nullopt;
  return write_phc(pbkdf2_format(digest, parts[2]), from_foreign_base64(parts[3]), from_foreign_base64(parts[4]));
}

/// `pbkdf2:sha256:600000$<salt as text>$<hex>`.
std::optional<std::string> read_werkzeug_pbkdf2(std::string_view text) {
  const Parts parts = split(text, '$');
  const Parts method = split(parts[0], ':');
  if (parts.size() != 3 || method.size() != 3 || method[0] != "pbkdf2") return std::nullopt;
  return write_phc(pbkdf2_format(read_digest_name(method[1]), method[2]), std::string{parts[1]}, from_hex(parts[2]));
}

std::optional<PhcFormat> scrypt_format(std::string_view n, std::string_view block, std::string_view parallel) {
  const auto blocks = read_number(n);
  const auto r = read_number(block);
  const auto p = read_number(parallel);
  if (!blocks || !r || !p || !std::has_single_bit(*blocks)) return std::nullopt;
  return ScryptCost{.log2_n = static_cast<std::uint32_t>(std::countr_zero(*blocks)), .block = *r, .parallel = *p};
}

/// `scrypt:32768:8:1$<salt as text>$<hex>`.
std::optional<std::string> read_werkzeug_scrypt(std::string_view text) {
  const Parts parts = split(text, '$');
  const Parts method = split(parts[0], ':');
  if (parts.size() != 3 || method.size() != 4 || method[0] != "scrypt") return std::nullopt;
  return write_phc(scrypt_format(method[1], method[2], method[3]), std::string{parts[1]}, from_hex(parts[2]));
}

/// `<salt in hex, used as text>:<hex>`.
std::optional<std::string> read_better_auth(std::string_view text) {
  const Parts parts = split(text, ':');
  if (parts.size() != 2) return std::nullopt;
  return write_phc(ScryptCost{.log2_n = 14, .block = 16, .parallel = 1}, std::string{parts[0]}, from_hex(parts[1]));
}

bool is_phc(std::string_view text) {
  constexpr std::array<std::string_view, 6> beginnings{"$argon2id$",      "argon2$argon2id$",  "$scrypt$",
                                                       "$pbkdf2-sha1$i=", "$pbkdf2-sha256$i=", "$pbkdf2-sha512$i="};
  return std::ranges::any_of(beginnings, [text](std::string_view one) { return text.starts_with(one); });
}

bool is_better_auth(std::string_view text) {
  constexpr std::size_t salt_digits = 32;
  constexpr std::size_t digest_digits = 128;
  return text.size() == salt_digits + 1 + digest_digits && text[salt_digits] == ':';
}

/// A format: its name, how its text is told from others, and how it is read.
struct ForeignFormat {
  std::string_view name;
  bool (*is_one)(std::string_view text);
  std::optional<std::string> (*read)(std::string_view text);
};

constexpr std::string_view phc_name = "phc";
constexpr std::string_view bcrypt_name = "bcrypt";
constexpr std::string_view express_name = "express";

/// In the order in which they are tried.
constexpr std::array<ForeignFormat, 7> foreign_formats{{
    {phc_name, is_phc, read_phc_text},
    {bcrypt_name, [](std::string_view text) { return text.starts_with("$2"); }, read_bcrypt},
    {"pbkdf2-django", [](std::string_view text) { return text.starts_with("pbkdf2_"); }, read_django},
    {"pbkdf2-passlib", [](std::string_view text) { return text.starts_with("$pbkdf2"); }, read_passlib},
    {"pbkdf2-werkzeug", [](std::string_view text) { return text.starts_with("pbkdf2:"); }, read_werkzeug_pbkdf2},
    {"scrypt-werkzeug", [](std::string_view text) { return text.starts_with("scrypt:"); }, read_werkzeug_scrypt},
    {"scrypt-better-auth", is_better_auth, read_better_auth},
}};

const ForeignFormat* find_format(const ImportedHash& hash) {
  const auto is_it = [&hash](const ForeignFormat& one) {
    return hash.format ? one.name == *hash.format : one.is_one(hash.text);
  };
  const auto found = std::ranges::find_if(foreign_formats, is_it);
  return found == foreign_formats.end() ? nullptr : &*found;
}

std::expected<StoredPassword, HashFault> read_express(const ImportedHash& hash) {
  if (!hash.salt) return std::unexpected(HashFault{.field = "salt", .code = "required"});
  if (!parse_express(hash.text, *hash.salt)) {
    return std::unexpected(HashFault{.field = "password_hash", .code = "invalid"});
  }
  return StoredPassword{.hash = hash.text, .salt = hash.salt};
}

}  // namespace

std::expected<StoredPassword, HashFault> read_imported(const ImportedHash& hash) {
  // A salt beside the hash is the sign of an Express row, as it is in the database.
  if (hash.format ? *hash.format == express_name : hash.salt.has_value()) return read_express(hash);
  const ForeignFormat* format = find_format(hash);
  if (format == nullptr) {
    return std::unexpected(HashFault{.field = hash.format ? "hash_format" : "password_hash", .code = "unknown_format"});
  }
  if (hash.salt) return std::unexpected(HashFault{.field = "salt", .code = "invalid"});
  auto text = format->read(hash.text);
  if (!text || !parse_phc(*text)) {
    return std::unexpected(HashFault{.field = "password_hash", .code = "invalid"});
  }
  return StoredPassword{.hash = std::move(text), .salt = {}};
}

std::optional<std::string_view> format_name_of(const StoredPassword& stored) {
  if (!stored.hash) return std::nullopt;
  if (stored.salt) return parse_express(*stored.hash, *stored.salt) ? std::optional{express_name} : std::nullopt;
  const auto phc = parse_phc(*stored.hash);
  if (!phc) return std::nullopt;
  return std::holds_alternative<BcryptCost>(phc->format) ? bcrypt_name : phc_name;
}

}  // namespace gatehouse::passwords
