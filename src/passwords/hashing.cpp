#include "passwords/hashing.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "passwords/hash_memory.hpp"

namespace gatehouse::passwords {

namespace {

constexpr std::size_t pbkdf2_digest_bytes = 64;

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string argon2id(std::string_view password, const Argon2idCost& cost, std::string_view salt) {
  if (salt.size() != crypto_pwhash_argon2id_SALTBYTES) throw std::invalid_argument("an Argon2id salt has 16 bytes");
  std::string digest(argon2id_digest_bytes, '\0');
  // Around the call alone, so that no other mapping of this thread is taken for Argon2's.
  const HashMemoryScope kept_memory;
  const int failed =
      crypto_pwhash_argon2id(raw(digest), digest.size(), password.data(), password.size(), raw(salt), cost.passes,
                             std::size_t{cost.memory_kib} * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed != 0) throw std::runtime_error("Argon2id could not hash: no memory");
  return digest;
}

/// libsodium sets errno to EINVAL for a wrong password and leaves the allocator's errno otherwise; without the
/// distinction a machine out of memory would call right passwords wrong.
bool argon2id_matches(std::string_view password, const Phc& stored) {
  const HashMemoryScope kept_memory;
  // Left over from another call, an EINVAL would turn a lack of memory into a wrong password.
  errno = 0;
  const int failed = crypto_pwhash_argon2id_str_verify(to_text(stored).c_str(), password.data(), password.size());
  if (failed != 0 && errno != EINVAL) throw std::runtime_error("Argon2id could not verify: no memory");
  return failed == 0;
}

}  // namespace

std::string pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                          std::size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  const int done =
      PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt), static_cast<int>(salt.size()),
                        static_cast<int>(iterations), EVP_sha512(), static_cast<int>(digest.size()), raw(digest));
  if (done != 1) throw std::runtime_error("PBKDF2-HMAC-SHA512 could not hash");
  return digest;
}

Phc hash_password(std::string_view password, const PhcFormat& format, std::string_view salt) {
  Phc phc{.format = format, .salt = std::string(salt), .digest = {}};
  if (const auto* cost = std::get_if<Argon2idCost>(&format)) {
    phc.digest = argon2id(password, *cost, salt);
  } else {
    const std::uint32_t iterations = std::get<Pbkdf2Cost>(format).iterations;
    phc.digest = pbkdf2_sha512(password, salt, iterations, pbkdf2_digest_bytes);
  }
  return phc;
}

bool matches(std::string_view password, const Phc& stored) {
  if (std::holds_alternative<Argon2idCost>(stored.format)) return argon2id_matches(password, stored);
  const std::uint32_t iterations = std::get<Pbkdf2Cost>(stored.format).iterations;
  // As long as the stored one: hashes that were imported may have shorter digests than ours.
  const std::string digest = pbkdf2_sha512(password, stored.salt, iterations, stored.digest.size());
  return equal_in_constant_time(digest, stored.digest);
}

std::optional<ExpressHash> parse_express(std::string_view hash, std::string_view salt) {
  if (hash.size() != 2 * ExpressHash::digest_bytes) return std::nullopt;
  // An empty salt would make equal passwords equal hashes; the service never wrote one.
  if (salt.empty() || salt.size() > ExpressHash::salt_bytes_max) return std::nullopt;
  // The Express service writes lower case: a hash with capitals is none of its own.
  auto digest = to_lower(hash) == hash ? from_hex(hash) : std::nullopt;
  if (!digest) return std::nullopt;
  return ExpressHash{.digest = std::move(*digest), .salt = std::string(salt)};
}

bool matches(std::string_view password, const ExpressHash& stored) {
  const std::string digest = pbkdf2_sha512(password, stored.salt, ExpressHash::iterations, ExpressHash::digest_bytes);
  return equal_in_constant_time(digest, stored.digest);
}

}  // namespace gatehouse::passwords
