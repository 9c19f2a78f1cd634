#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "passwords/fast_format.hpp"

namespace gatehouse::passwords {

/// Cost of Argon2id (RFC 9106). The default is OWASP's minimum: 19 MiB, two passes, one lane. Hashes made here have one
/// lane.
struct Argon2idCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;

  friend bool operator==(const Argon2idCost&, const Argon2idCost&) = default;
};

/// Cost of scrypt (RFC 7914); only imported hashes have it.
struct ScryptCost {
  std::uint32_t log2_n = 14;
  std::uint32_t block = 8;
  std::uint32_t parallel = 1;

  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

/// Cost of bcrypt; only imported hashes have it.
struct BcryptCost {
  std::uint32_t log2_rounds = 10;
  char variant = 'b';  ///< a, b or y: tells who made it; all are checked alike

  friend bool operator==(const BcryptCost&, const BcryptCost&) = default;
};

/// Cost of Argon2i (RFC 9106); only imported hashes have it.
struct Argon2iCost {
  std::uint32_t memory_kib = 4096;
  std::uint32_t passes = 3;
  std::uint32_t lanes = 1;

  friend bool operator==(const Argon2iCost&, const Argon2iCost&) = default;
};

/// The methods of crypt(3) that hash slowly enough, apart from bcrypt.
enum class CryptMethod : std::uint8_t { sha256, sha512, yescrypt, scrypt, sha1 };

/// A method of crypt(3) and its parameters, as the text between its name and the salt: `rounds=5000$`, `j9T$` or empty.
/// Only imported hashes have it. Salt and digest of such a hash are letters, not bytes.
struct CryptCost {
  CryptMethod method = CryptMethod::sha512;
  std::string parameters = {};

  friend bool operator==(const CryptCost&, const CryptCost&) = default;
};

/// Firebase's scrypt: the key derived from the password encrypts the project's signer key. For imported hashes only.
struct FirebaseCost {
  ScryptCost scrypt;
  std::string signer_key = {};      ///< raw, as long as the digest
  std::string salt_separator = {};  ///< raw, appended to each salt

  friend bool operator==(const FirebaseCost&, const FirebaseCost&) = default;
};

/// A fast hash as it was imported: it waits to be wrapped into an onion.
struct PendingCost {
  FastFormat inner;

  friend bool operator==(const PendingCost&, const PendingCost&) = default;
};

/// Argon2id of the digest of a fast hash; that digest itself is stored nowhere (ADR 36).
struct OnionCost {
  FastFormat inner;
  Argon2idCost outer;

  friend bool operator==(const OnionCost&, const OnionCost&) = default;
};

/// What a hash costs to check: scheme and parameters, without salt and digest.
using PhcFormat = std::variant<Argon2idCost, Pbkdf2Cost, ScryptCost, BcryptCost, Argon2iCost, CryptCost, FirebaseCost,
                               PendingCost, OnionCost>;

/// How long a digest of this format is made, so that it costs what a stored one does. Stored digests of Argon2 and
/// scrypt may have other lengths.
[[nodiscard]] std::size_t usual_digest_bytes(const PhcFormat& format);

/// Limits on what is read from the database: a row can neither exhaust the machine nor weaken a check.
struct PhcLimits {
  static constexpr std::size_t text_bytes_max = 1024;
  static constexpr std::uint32_t memory_kib_min = 8;
  static constexpr std::uint32_t memory_kib_max = 128 * 1024;
  static constexpr std::uint32_t passes_max = 16;
  static constexpr std::uint32_t lanes_max = 16;
  static constexpr std::uint32_t lane_kib_min = 8;  ///< RFC 9106 section 3.1
  static constexpr std::uint32_t scrypt_log2_n_max = 20;
  static constexpr std::uint32_t scrypt_block_max = 32;
  static constexpr std::uint32_t scrypt_parallel_max = 16;
  static constexpr std::uint64_t scrypt_bytes_max = std::uint64_t{128} << 20U;  ///< of 128 · N · r
  static constexpr std::uint32_t bcrypt_rounds_min = 4;
  static constexpr std::uint32_t bcrypt_rounds_max = 15;
  static constexpr std::uint32_t iterations_max = 2'000'000;
  static constexpr std::uint32_t crypt_rounds_min = 1'000;  ///< of SHA-256 and SHA-512, by their definition
  static constexpr std::uint32_t crypt_rounds_max = 2'000'000;
  static constexpr std::size_t signer_key_bytes_min = 16;
  static constexpr std::size_t salt_separator_bytes_max = 16;
  static constexpr std::size_t salt_bytes_min = 8;
  static constexpr std::size_t salt_bytes_max = 64;
  static constexpr std::size_t digest_bytes_min = 16;
  static constexpr std::size_t digest_bytes_max = 64;
};

/// A parsed password hash. Salt and digest are raw bytes, except that those of CryptCost are letters.
struct Phc {
  PhcFormat format;
  std::string salt;
  std::string digest;
  std::string inner_salt = {};  ///< of the hash inside an onion

  friend bool operator==(const Phc&, const Phc&) = default;
};

/// Reads a PHC string:
///   `$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<digest>`, and the same for argon2i
///   `$pbkdf2-sha512$i=<iterations>$<salt>$<digest>`, and the same for sha1 and sha256
///   `$scrypt$ln=<log2 N>,r=<block>,p=<parallel>$<salt>$<digest>`
///   `$pending_wrap$<inner hash (fast_format.hpp)>$<salt>$<digest>`
///   `$onion$<inner hash>$<its salt>$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<digest>`
/// with salt and digest in base64 (RFC 4648 section 4) without padding; or, with padding:
///   `$fbscrypt$v=1,n=<log2 N>,r=<block>,p=<parallel>,ss=<salt separator>,sk=<signer key>$<salt>$<digest>`
/// or a bcrypt string, in base64 with bcrypt's own alphabet:
///   `$2b$<two digits of log2 rounds>$<salt of 16 bytes><digest of 23 bytes>`
/// or one of crypt(3): `$5$`, `$6$`, `$y$`, `$7$`, `$sha1$` (crypt_format.hpp).
/// Strict: exactly this order, decimal numbers without leading zeros, unused base64 bits zero, everything within
/// PhcLimits, and PBKDF2's digest no longer than its hash; so to_text(*parse_phc(text)) == text. Returns nullopt
/// for anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_phc(std::string_view text);

/// Writes the string parse_phc reads. Any thread.
[[nodiscard]] std::string to_text(const Phc& phc);

/// The beginning of the text of a hash that waits to be wrapped.
inline constexpr std::string_view pending_prefix = "$pending_wrap$";

}  // namespace gatehouse::passwords
