#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::passwords {

/// Cost of Argon2id (RFC 9106). The default is OWASP's minimum: 19 MiB, two passes, one lane. Hashes that are made here
/// have one lane.
struct Argon2idCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;
  std::uint32_t lanes = 1;

  friend bool operator==(const Argon2idCost&, const Argon2idCost&) = default;
};

/// The hash that PBKDF2 is made of.
enum class Pbkdf2Digest : std::uint8_t { sha1, sha256, sha512 };

/// Cost of PBKDF2-HMAC (RFC 8018). The default is OWASP's minimum for SHA-512, the only digest of hashes that are made
/// here.
struct Pbkdf2Cost {
  std::uint32_t iterations = 210'000;
  Pbkdf2Digest digest = Pbkdf2Digest::sha512;

  friend bool operator==(const Pbkdf2Cost&, const Pbkdf2Cost&) = default;
};

/// Cost of scrypt (RFC 7914); only imported hashes are of it.
struct ScryptCost {
  std::uint32_t log2_n = 14;
  std::uint32_t block = 8;
  std::uint32_t parallel = 1;

  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

/// Cost of bcrypt; only imported hashes are of it.
struct BcryptCost {
  std::uint32_t log2_rounds = 10;
  char variant = 'b';  ///< a, b or y: who made it; they are checked alike

  friend bool operator==(const BcryptCost&, const BcryptCost&) = default;
};

/// What a hash costs to check: scheme and parameters, without salt and digest.
using PhcFormat = std::variant<Argon2idCost, Pbkdf2Cost, ScryptCost, BcryptCost>;

/// How long a digest of this format is made, so that its cost is that of one. Argon2id's and scrypt's may be others.
[[nodiscard]] std::size_t usual_digest_bytes(const PhcFormat& format);

/// Limits on what is read from the database: a row can neither exhaust the machine nor weaken a check.
struct PhcLimits {
  static constexpr std::size_t text_bytes_max = 255;  ///< the column's width
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
  static constexpr std::size_t salt_bytes_min = 8;
  static constexpr std::size_t salt_bytes_max = 64;
  static constexpr std::size_t digest_bytes_min = 16;
  static constexpr std::size_t digest_bytes_max = 64;
};

/// A parsed password hash. Salt and digest are raw bytes.
struct Phc {
  PhcFormat format;
  std::string salt;
  std::string digest;

  friend bool operator==(const Phc&, const Phc&) = default;
};

/// Reads a PHC string:
///   `$argon2id$v=19$m=<KiB>,t=<passes>,p=<lanes>$<salt>$<digest>`
///   `$pbkdf2-sha512$i=<iterations>$<salt>$<digest>`, and the same of sha1 and sha256
///   `$scrypt$ln=<log2 N>,r=<block>,p=<parallel>$<salt>$<digest>`
/// salt and digest in base64 (RFC 4648 section 4) without padding; or a string of bcrypt:
///   `$2b$<two digits of log2 rounds>$<salt of 16 bytes><digest of 23 bytes>`, in base64 of its own alphabet.
/// Strict: exactly this order, decimal numbers without leading zeros, unused base64 bits zero, everything within
/// PhcLimits, and PBKDF2's digest no longer than its hash; so to_text(*parse_phc(text)) == text. Nothing where it is
/// anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_phc(std::string_view text);

/// Writes the string parse_phc reads. Any thread.
[[nodiscard]] std::string to_text(const Phc& phc);

/// What the string of every hash in this format begins with, up to its salt. Any thread.
[[nodiscard]] std::string to_text(const PhcFormat& format);

}  // namespace gatehouse::passwords
