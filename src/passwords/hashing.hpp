#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// The ways to hash, each a pure and slow function: call them on the hashing pool. Any thread. They throw
/// std::runtime_error when the library fails (no memory), and never give a wrong verdict. Argon2id keeps its memory for
/// the thread's next hash (hash_memory.hpp).

inline constexpr std::size_t new_salt_bytes = 16;

/// Hashes the password in the given format, with a digest of usual_digest_bytes(). `salt` has new_salt_bytes. Throws
/// std::invalid_argument for formats that are only checked: all but Argon2id with one lane, PBKDF2, scrypt and bcrypt.
[[nodiscard]] Phc hash_password(std::string_view password, const PhcFormat& format, std::string_view salt);

/// Hashes the password as the stored hash was and compares in constant time. Costs the same whether it matches or not.
/// Argon2 through libsodium, PBKDF2 and scrypt through OpenSSL, crypt(3) and bcrypt through the system's libcrypt.
/// bcrypt uses only the first 72 bytes of a password; crypt(3) accepts no password over 511 bytes.
[[nodiscard]] bool matches(std::string_view password, const Phc& stored);

/// Wraps a hash with PendingCost into an onion, which the same passwords match. `salt` has new_salt_bytes, `outer` one
/// lane.
[[nodiscard]] Phc wrap(const Phc& pending, const Argon2idCost& outer, std::string_view salt);

/// PBKDF2-HMAC (RFC 8018 section 5.2); `digest_bytes` of output, at least 1 iteration.
[[nodiscard]] std::string pbkdf2(std::string_view password, const Pbkdf2Cost& cost, std::string_view salt,
                                 std::size_t digest_bytes);

/// The same with SHA-512.
[[nodiscard]] std::string pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                                        std::size_t digest_bytes);

/// A hash of the Express service: PBKDF2-HMAC-SHA512, 10,000 iterations, 64 bytes in lower-case hex. The salt is a text
/// (16 random bytes in hex) and is used as that text, not decoded.
struct ExpressHash {
  static constexpr std::uint32_t iterations = 10'000;
  static constexpr std::size_t digest_bytes = 64;
  static constexpr std::size_t salt_bytes_max = 255;

  std::string digest;  ///< raw, digest_bytes
  std::string salt;    ///< the column's text
};

/// nullopt unless `hash` is 128 lower-case hex digits and `salt` has 1 to salt_bytes_max bytes.
[[nodiscard]] std::optional<ExpressHash> parse_express(std::string_view hash, std::string_view salt);

[[nodiscard]] bool matches(std::string_view password, const ExpressHash& stored);

}  // namespace gatehouse::passwords
