#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace gatehouse::passwords {

class PhcReader;

/// The hash function that PBKDF2 uses.
enum class Pbkdf2Digest : std::uint8_t { sha1, sha256, sha512 };

/// Cost of PBKDF2-HMAC (RFC 8018). The default is OWASP's minimum for SHA-512, the only digest of hashes made here.
struct Pbkdf2Cost {
  std::uint32_t iterations = 210'000;
  Pbkdf2Digest digest = Pbkdf2Digest::sha512;

  friend bool operator==(const Pbkdf2Cost&, const Pbkdf2Cost&) = default;
};

/// The hash functions that other systems apply to passwords directly.
enum class RawDigest : std::uint8_t { md5, sha1, sha256, sha512 };
/// Where the salt is put relative to the password before both are hashed.
enum class SaltPlace : std::uint8_t { none, before, after };

/// A single call of a hash function over the password and its salt.
struct RawCost {
  RawDigest digest;
  SaltPlace salt_place;

  friend bool operator==(const RawCost&, const RawCost&) = default;
};

/// phpass with MD5, as WordPress and phpBB wrote it. The salt is eight letters.
struct PhpassCost {
  std::uint32_t log2_rounds;

  friend bool operator==(const PhpassCost&, const PhpassCost&) = default;
};

/// `$1$` of crypt(3). Salt and digest are letters.
struct Md5CryptCost {
  friend bool operator==(const Md5CryptCost&, const Md5CryptCost&) = default;
};

/// PBKDF2 with too few iterations to be slow enough.
struct FastPbkdf2Cost {
  Pbkdf2Cost cost;
  std::uint32_t digest_bytes;

  friend bool operator==(const FastPbkdf2Cost&, const FastPbkdf2Cost&) = default;
};

/// The format of a fast hash: too fast to be stored as it is, because whoever steals it finds most passwords.
using FastFormat = std::variant<RawCost, PhpassCost, Md5CryptCost, FastPbkdf2Cost>;

/// Limits on fast hashes.
struct FastLimits {
  static constexpr std::uint32_t slow_iterations = 100'000;  ///< PBKDF2 with this many or more is stored as it is
  static constexpr std::uint32_t phpass_rounds_min = 7;      ///< log2, by its definition
  static constexpr std::uint32_t phpass_rounds_max = 20;
  static constexpr std::size_t salt_bytes_max = 255;
};

/// How many bytes the digest of a fast hash has.
[[nodiscard]] std::size_t digest_bytes_of(const FastFormat& format);

/// Takes the text of a format off the front, up to and including its last `$`:
///   `md5$`, `sha256-salt-before$`, `sha1-salt-after$`, …; `phpass$ln=13$`; `md5crypt$`;
///   `pbkdf2-sha256$i=20000,l=32$`, with the bytes of the digest last.
/// Returns nullopt for anything else, or beyond the limits. Any thread.
[[nodiscard]] std::optional<FastFormat> take_fast_format(PhcReader& reader);
/// Takes a salt in base64, up to the next `$`; false if the format cannot have such a salt. Any thread.
[[nodiscard]] bool take_fast_salt(PhcReader& reader, const FastFormat& format, std::string& salt);

/// Writes the text that take_fast_format() reads. Any thread.
[[nodiscard]] std::string to_text(const FastFormat& format);

/// `md5`, `sha1`, `sha256` or `sha512`.
[[nodiscard]] std::string_view name_of(RawDigest digest);

}  // namespace gatehouse::passwords
