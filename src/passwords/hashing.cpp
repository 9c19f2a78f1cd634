#include "passwords/hashing.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "passwords/hash_memory.hpp"
#include "passwords/libcrypt.hpp"

namespace gatehouse::passwords {

namespace {

const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string argon2id(std::string_view password, const Argon2idCost& cost, std::string_view salt) {
  if (cost.lanes != 1) throw std::invalid_argument("Argon2id is made with one lane");
  if (salt.size() != crypto_pwhash_argon2id_SALTBYTES) throw std::invalid_argument("an Argon2id salt has 16 bytes");
  std::string digest(usual_digest_bytes(cost), '\0');
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

const EVP_MD* digest_named(Pbkdf2Digest digest) {
  switch (digest) {
    case Pbkdf2Digest::sha1:
      return EVP_sha1();
    case Pbkdf2Digest::sha256:
      return EVP_sha256();
    case Pbkdf2Digest::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

std::string pbkdf2(std::string_view password, const Pbkdf2Cost& cost, std::string_view salt, std::size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                                     static_cast<int>(salt.size()), static_cast<int>(cost.iterations),
                                     digest_named(cost.digest), static_cast<int>(digest.size()), raw(digest));
  if (done != 1) throw std::runtime_error("PBKDF2-HMAC could not hash");
  return digest;
}

std::string scrypt(std::string_view password, const ScryptCost& cost, std::string_view salt, std::size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  // OpenSSL counts more than the table of N blocks.
  const int done =
      EVP_PBE_scrypt(password.data(), password.size(), raw(salt), salt.size(), std::uint64_t{1} << cost.log2_n,
                     cost.block, cost.parallel, 2 * PhcLimits::scrypt_bytes_max, raw(digest), digest.size());
  if (done != 1) throw std::runtime_error("scrypt could not hash");
  return digest;
}

/// What crypt(3) works in. It is left with parts of the password.
struct CryptWork {
  CryptWork() = default;
  CryptWork(const CryptWork&) = delete;
  CryptWork& operator=(const CryptWork&) = delete;
  ~CryptWork() { wipe_memory(&data, sizeof data); }

  crypt_data data{};
};

/// The string of the password's hash, with the format and salt of `setting`. libcrypt takes no longer passwords than
/// 512 bytes, and what is behind the 72nd changes nothing.
std::string bcrypt(std::string_view password, const std::string& setting) {
  constexpr std::size_t counted_bytes = 72;
  const auto work = std::make_unique<CryptWork>();
  const Libcrypt& library = libcrypt();  // which may throw
  std::string counted{password.substr(0, counted_bytes)};
  const char* made =
      library.crypt_rn(counted.c_str(), setting.c_str(), &work->data, static_cast<int>(sizeof work->data));
  wipe_memory(counted.data(), counted.size());
  if (made == nullptr) throw std::runtime_error("bcrypt could not hash");
  return made;
}

std::string bcrypt_setting(const BcryptCost& cost, std::string_view salt) {
  return to_text(Phc{.format = cost, .salt = std::string(salt), .digest = {}});
}

/// A NUL ends the password for libcrypt, and not for its user.
bool bcrypt_matches(std::string_view password, const BcryptCost& cost, const Phc& stored) {
  const std::string made = bcrypt(password, bcrypt_setting(cost, stored.salt));
  return equal_in_constant_time(made, to_text(stored)) && !password.contains('\0');
}

/// All but Argon2id and bcrypt, which have their own ways.
std::string digest_of(std::string_view password, const PhcFormat& format, std::string_view salt,
                      std::size_t digest_bytes) {
  if (const auto* cost = std::get_if<ScryptCost>(&format)) return scrypt(password, *cost, salt, digest_bytes);
  return pbkdf2(password, std::get<Pbkdf2Cost>(format), salt, digest_bytes);
}

}  // namespace

std::string pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                          std::size_t digest_bytes) {
  return pbkdf2(password, {.iterations = iterations}, salt, digest_bytes);
}

Phc hash_password(std::string_view password, const PhcFormat& format, std::string_view salt) {
  if (const auto* cost = std::get_if<BcryptCost>(&format)) {
    return parse_phc(bcrypt(password, bcrypt_setting(*cost, salt))).value();
  }
  Phc phc{.format = format, .salt = std::string(salt), .digest = {}};
  if (const auto* cost = std::get_if<Argon2idCost>(&format)) {
    phc.digest = argon2id(password, *cost, salt);
  } else {
    phc.digest = digest_of(password, format, salt, usual_digest_bytes(format));
  }
  return phc;
}

bool matches(std::string_view password, const Phc& stored) {
  if (std::holds_alternative<Argon2idCost>(stored.format)) return argon2id_matches(password, stored);
  if (const auto* cost = std::get_if<BcryptCost>(&stored.format)) return bcrypt_matches(password, *cost, stored);
  // As long as the stored one: hashes that were imported may have shorter digests than ours.
  const std::string digest = digest_of(password, stored.format, stored.salt, stored.digest.size());
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
