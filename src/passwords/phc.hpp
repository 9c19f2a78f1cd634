#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::passwords {

/// Cost of Argon2id (RFC 9106) with one lane. The default is OWASP's minimum: 19 MiB, two passes.
struct Argon2idCost {
  std::uint32_t memory_kib = 19'456;
  std::uint32_t passes = 2;

  friend bool operator==(const Argon2idCost&, const Argon2idCost&) = default;
};

/// Cost of PBKDF2-HMAC-SHA512 (RFC 8018). The default is OWASP's minimum.
struct Pbkdf2Cost {
  std::uint32_t iterations = 210'000;

  friend bool operator==(const Pbkdf2Cost&, const Pbkdf2Cost&) = default;
};

/// What a hash costs to check: scheme and parameters, without salt and digest.
using PhcFormat = std::variant<Argon2idCost, Pbkdf2Cost>;

/// Of the hashes that are made here.
inline constexpr std::size_t argon2id_digest_bytes = 32;

/// Limits on what is read from the database: a row can neither exhaust the machine nor weaken a check.
struct PhcLimits {
  static constexpr std::size_t text_bytes_max = 255;  ///< the column's width
  static constexpr std::uint32_t memory_kib_min = 8;
  static constexpr std::uint32_t memory_kib_max = 128 * 1024;
  static constexpr std::uint32_t passes_max = 16;
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
///   `$argon2id$v=19$m=<KiB>,t=<passes>,p=1$<salt>$<digest>`
///   `$pbkdf2-sha512$i=<iterations>$<salt>$<digest>`
/// salt and digest in base64 (RFC 4648 section 4) without padding. Strict: exactly this order, decimal numbers without
/// leading zeros, unused base64 bits zero, everything within PhcLimits; so to_text(*parse_phc(text)) == text. Nothing
/// where it is anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_phc(std::string_view text);

/// Writes the string parse_phc reads. Any thread.
[[nodiscard]] std::string to_text(const Phc& phc);

/// What the string of every hash in this format begins with, up to its salt. Any thread.
[[nodiscard]] std::string to_text(const PhcFormat& format);

}  // namespace gatehouse::passwords
