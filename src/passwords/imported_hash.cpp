#include "passwords/imported_hash.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "passwords/base64.hpp"
#include "passwords/hashing.hpp"
#include "passwords/imported_fast_hash.hpp"
#include "passwords/phc.hpp"

namespace gatehouse::passwords {
namespace {

// Each reader returns the string that parse_phc() reads, or nullopt; parse_phc() then checks sizes and costs.

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

/// `$2b$12$` and 53 letters. Some libraries set unused bits in the last letters.
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

/// The value after the name in one part of a list such as `n=14,r=8`.
std::optional<std::string_view> value_named(std::string_view name, std::string_view part) {
  if (!part.starts_with(name)) return std::nullopt;
  return part.substr(name.size());
}

/// Base64 with or without padding, also in the URL-safe alphabet.
std::optional<std::string> from_any_base64(std::string_view text) {
  std::string plain{text};
  std::ranges::replace(plain, '-', '+');
  std::ranges::replace(plain, '_', '/');
  return from_foreign_base64(plain);
}

/// `v=1,n=14,r=8,p=1,ss=<Base64>,sk=<Base64>`; the salt separator may be missing.
std::optional<FirebaseCost> read_firebase_cost(std::string_view text) {
  Parts parts = split(text, ',');
  constexpr std::size_t part_count = 6;
  constexpr std::size_t separator_place = 4;
  if (parts.size() + 1 == part_count) parts.insert(parts.begin() + separator_place, "ss=");
  if (parts.size() != part_count || parts[0] != "v=1") return std::nullopt;
  const auto n = read_number(value_named("n=", parts[1]).value_or(""));
  const auto r = read_number(value_named("r=", parts[2]).value_or(""));
  const auto p = read_number(value_named("p=", parts[3]).value_or(""));
  const auto separator = value_named("ss=", parts[separator_place]);
  const auto key = value_named("sk=", parts[separator_place + 1]);
  if (!n || !r || !p || !separator || !key) return std::nullopt;
  auto separator_bytes = from_any_base64(*separator);
  auto key_bytes = from_any_base64(*key);
  if (!separator_bytes || !key_bytes) return std::nullopt;
  return FirebaseCost{.scrypt = {.log2_n = *n, .block = *r, .parallel = *p},
                      .signer_key = *std::move(key_bytes),
                      .salt_separator = *std::move(separator_bytes)};
}

/// `$fbscrypt$<cost>$<Base64>$<Base64>`, as Supabase writes it.
std::optional<std::string> read_firebase(std::string_view text) {
  const Parts parts = split(text, '$');
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "fbscrypt") return std::nullopt;
  const auto cost = read_firebase_cost(parts[2]);
  if (!cost) return std::nullopt;
  return write_phc(*cost, from_any_base64(parts[3]), from_any_base64(parts[4]));
}

bool starts_with_one_of(std::string_view text, std::span<const std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [text](std::string_view one) { return text.starts_with(one); });
}

bool is_phc(std::string_view text) {
  constexpr auto beginnings = std::to_array<std::string_view>(
      {"$argon2id$", "$argon2i$", "argon2$argon2id$", "argon2$argon2i$", "$scrypt$",
       "$pbkdf2-sha1$i=", "$pbkdf2-sha256$i=", "$pbkdf2-sha512$i=", "$onion$", pending_prefix});
  return starts_with_one_of(text, beginnings);
}

bool is_crypt(std::string_view text) {
  constexpr auto beginnings = std::to_array<std::string_view>({"$5$", "$6$", "$y$", "$7$", "$1$", "$sha1$"});
  return starts_with_one_of(text, beginnings);
}

bool is_phpass(std::string_view text) { return text.starts_with("$P$") || text.starts_with("$H$"); }

std::optional<std::string> read_crypt(std::string_view text) {
  return text.starts_with("$1$") ? read_md5crypt(text) : std::string{text};
}

bool is_better_auth(std::string_view text) {
  constexpr std::size_t salt_digits = 32;
  constexpr std::size_t digest_digits = 128;
  return text.size() == salt_digits + 1 + digest_digits && text[salt_digits] == ':';
}

/// A format: its name, how its text is recognised, and how it is read.
struct ForeignFormat {
  std::string_view name;
  bool (*is_one)(std::string_view text);
  std::optional<std::string> (*read)(std::string_view text);
};

constexpr std::string_view phc_name = "phc";
constexpr std::string_view bcrypt_name = "bcrypt";
constexpr std::string_view crypt_name = "crypt";
constexpr std::string_view firebase_name = "scrypt-firebase";
constexpr std::string_view express_name = "express";

/// In the order in which they are tried.
constexpr std::array<ForeignFormat, 11> foreign_formats{{
    {phc_name, is_phc, read_phc_text},
    {bcrypt_name, [](std::string_view text) { return text.starts_with("$2"); }, read_bcrypt},
    {"pbkdf2-django", [](std::string_view text) { return text.starts_with("pbkdf2_"); }, read_django},
    {"pbkdf2-passlib", [](std::string_view text) { return text.starts_with("$pbkdf2"); }, read_passlib},
    {"pbkdf2-werkzeug", [](std::string_view text) { return text.starts_with("pbkdf2:"); }, read_werkzeug_pbkdf2},
    {"scrypt-werkzeug", [](std::string_view text) { return text.starts_with("scrypt:"); }, read_werkzeug_scrypt},
    {"scrypt-better-auth", is_better_auth, read_better_auth},
    {firebase_name, [](std::string_view text) { return text.starts_with("$fbscrypt$"); }, read_firebase},
    {crypt_name, is_crypt, read_crypt},
    {"phpass", is_phpass, read_phpass},
    {"ssha", [](std::string_view text) { return text.starts_with("{SSHA}"); }, read_ssha},
}};

const ForeignFormat* find_format(const ImportedHash& hash) {
  const auto is_it = [&hash](const ForeignFormat& one) {
    return hash.format ? one.name == *hash.format : one.is_one(hash.text);
  };
  const auto found = std::ranges::find_if(foreign_formats, is_it);
  return found == foreign_formats.end() ? nullptr : &*found;
}

std::unexpected<HashFault> fault(std::string_view field, std::string_view code) {
  return std::unexpected(HashFault{.field = field, .code = code});
}

std::expected<StoredPassword, HashFault> read_express(const ImportedHash& hash) {
  if (!hash.salt) return fault("salt", "required");
  if (!parse_express(hash.text, *hash.salt)) return fault("password_hash", "invalid");
  return StoredPassword{.hash = hash.text, .salt = hash.salt};
}

/// The stored form of what a reader returned.
std::expected<StoredPassword, HashFault> store(const std::optional<std::string>& text) {
  auto phc = text ? parse_phc(*text) : std::nullopt;
  if (!phc) return fault("password_hash", "invalid");
  return StoredPassword{.hash = to_text(as_stored(*std::move(phc))), .salt = {}};
}

std::expected<StoredPassword, HashFault> read_raw_hash(const ImportedHash& hash, const RawCost& format) {
  const bool wants_salt = format.salt_place != SaltPlace::none;
  if (wants_salt && !hash.salt) return fault("salt", "required");
  const bool is_salt_valid = hash.salt ? !hash.salt->empty() && hash.salt->size() <= FastLimits::salt_bytes_max : true;
  if (!is_salt_valid || hash.salt.has_value() != wants_salt) return fault("salt", "invalid");
  return store(read_raw(hash.text, format, hash.salt.value_or("")));
}

/// A hash without a format name that is recognised by its text alone, or by the salt beside it.
std::optional<std::expected<StoredPassword, HashFault>> read_nameless(const ImportedHash& hash) {
  const auto digest = raw_digest_like(hash.text);
  if (!hash.salt && digest) return read_raw_hash(hash, {.digest = *digest, .salt_place = SaltPlace::none});
  // A salt beside the hash marks an Express row, as in the database. With other digests the salt may go before or after
  // the password.
  if (hash.salt && digest && *digest != RawDigest::sha512) return fault("hash_format", "required");
  if (hash.salt) return read_express(hash);
  return std::nullopt;
}

}  // namespace

std::expected<StoredPassword, HashFault> read_imported(const ImportedHash& hash) {
  if (hash.format == express_name) return read_express(hash);
  if (hash.format) {
    if (const auto raw = raw_format_named(*hash.format)) return read_raw_hash(hash, *raw);
  } else if (auto read = read_nameless(hash)) {
    return *std::move(read);
  }
  const ForeignFormat* format = find_format(hash);
  if (format == nullptr) return fault(hash.format ? "hash_format" : "password_hash", "unknown_format");
  if (hash.salt) return fault("salt", "invalid");
  return store(format->read(hash.text));
}

std::optional<std::string_view> format_name_of(const StoredPassword& stored) {
  if (!stored.hash) return std::nullopt;
  if (stored.salt) return parse_express(*stored.hash, *stored.salt) ? std::optional{express_name} : std::nullopt;
  const auto phc = parse_phc(*stored.hash);
  if (!phc) return std::nullopt;
  if (std::holds_alternative<CryptCost>(phc->format)) return crypt_name;
  if (std::holds_alternative<FirebaseCost>(phc->format)) return firebase_name;
  return std::holds_alternative<BcryptCost>(phc->format) ? bcrypt_name : phc_name;
}

}  // namespace gatehouse::passwords
