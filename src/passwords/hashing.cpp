#include "passwords/hashing.hpp"

#include <openssl/evp.h>
#include <sodium.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <stdexcept>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "passwords/fast_hashing.hpp"
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
  // Only around the call, so that no other mapping of this thread is taken for Argon2's.
  const HashMemoryScope kept_memory;
  const int failed =
      crypto_pwhash_argon2id(raw(digest), digest.size(), password.data(), password.size(), raw(salt), cost.passes,
                             std::size_t{cost.memory_kib} * 1024, crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed != 0) throw std::runtime_error("Argon2id could not hash: no memory");
  return digest;
}

/// libsodium sets errno to EINVAL for a wrong password and leaves the allocator's errno otherwise; without the
/// distinction a machine out of memory would call right passwords wrong.
bool argon2_matches(std::string_view password, const std::string& stored,
                    decltype(crypto_pwhash_argon2id_str_verify)* verify) {
  const HashMemoryScope kept_memory;
  // An EINVAL left over from another call would turn a lack of memory into a wrong password.
  errno = 0;
  const int failed = verify(stored.c_str(), password.data(), password.size());
  if (failed != 0 && errno != EINVAL) throw std::runtime_error("Argon2 could not verify: no memory");
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

std::string scrypt(std::string_view password, const ScryptCost& cost, std::string_view salt, std::size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  // Twice the limit, because OpenSSL counts more than the table of N blocks.
  const int done =
      EVP_PBE_scrypt(password.data(), password.size(), raw(salt), salt.size(), std::uint64_t{1} << cost.log2_n,
                     cost.block, cost.parallel, 2 * PhcLimits::scrypt_bytes_max, raw(digest), digest.size());
  if (done != 1) throw std::runtime_error("scrypt could not hash");
  return digest;
}

/// Bytes after the 72nd do not count.
std::string bcrypt(std::string_view password, const std::string& setting) {
  constexpr std::size_t counted_bytes = 72;
  return crypt(password.substr(0, counted_bytes), setting);
}

std::string bcrypt_setting(const BcryptCost& cost, std::string_view salt) {
  return to_text(Phc{.format = cost, .salt = std::string(salt), .digest = {}});
}

/// AES-256 in counter mode, starting at 0.
std::string aes_ctr(std::string_view text, std::string_view key) {
  const std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                                &EVP_CIPHER_CTX_free};
  const std::string begin(EVP_MAX_IV_LENGTH, '\0');
  std::string encrypted(text.size(), '\0');
  int size = 0;
  const bool is_done =
      context && EVP_EncryptInit_ex(context.get(), EVP_aes_256_ctr(), nullptr, raw(key), raw(begin)) == 1 &&
      EVP_EncryptUpdate(context.get(), raw(encrypted), &size, raw(text), static_cast<int>(text.size())) == 1;
  if (!is_done) throw std::runtime_error("AES could not encrypt");
  return encrypted;
}

std::string firebase(std::string_view password, const FirebaseCost& cost, const std::string& salt) {
  constexpr std::size_t key_bytes = 32;
  const std::string key = scrypt(password, cost.scrypt, salt + cost.salt_separator, key_bytes);
  return aes_ctr(cost.signer_key, key);
}

/// Whether a password is that of a hash, by its format.
struct Match {
  std::string_view password;
  const Phc& stored;

  bool operator()(const Argon2idCost& /*cost*/) const {
    return argon2_matches(password, to_text(stored), crypto_pwhash_argon2id_str_verify);
  }
  bool operator()(const Argon2iCost& /*cost*/) const {
    return argon2_matches(password, to_text(stored), crypto_pwhash_argon2i_str_verify);
  }
  // The digest is as long as the stored one: imported hashes may have shorter digests than ours.
  bool operator()(const Pbkdf2Cost& cost) const {
    return equals(pbkdf2(password, cost, stored.salt, stored.digest.size()));
  }
  bool operator()(const ScryptCost& cost) const {
    return equals(scrypt(password, cost, stored.salt, stored.digest.size()));
  }
  bool operator()(const FirebaseCost& cost) const { return equals(firebase(password, cost, stored.salt)); }
  // For libcrypt a NUL ends the password; for its user it does not.
  bool operator()(const BcryptCost& cost) const {
    const std::string made = bcrypt(password, bcrypt_setting(cost, stored.salt));
    return equal_in_constant_time(made, to_text(stored)) && !password.contains('\0');
  }
  bool operator()(const CryptCost& /*cost*/) const {
    const std::string text = to_text(stored);
    return equal_in_constant_time(crypt(password, text), text) && is_crypt_password(password);
  }
  bool operator()(const PendingCost& cost) const {
    return equals(fast_digest(password, cost.inner, stored.salt)) && hashes_all_of(password, cost.inner);
  }
  bool operator()(const OnionCost& cost) const {
    const std::string inner = fast_digest(password, cost.inner, stored.inner_salt);
    const Phc outer{.format = cost.outer, .salt = stored.salt, .digest = stored.digest};
    return matches(inner, outer) && hashes_all_of(password, cost.inner);
  }

  [[nodiscard]] bool equals(const std::string& digest) const { return equal_in_constant_time(digest, stored.digest); }
};

}  // namespace

std::string pbkdf2(std::string_view password, const Pbkdf2Cost& cost, std::string_view salt, std::size_t digest_bytes) {
  std::string digest(digest_bytes, '\0');
  const int done = PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                                     static_cast<int>(salt.size()), static_cast<int>(cost.iterations),
                                     digest_named(cost.digest), static_cast<int>(digest.size()), raw(digest));
  if (done != 1) throw std::runtime_error("PBKDF2-HMAC could not hash");
  return digest;
}

std::string pbkdf2_sha512(std::string_view password, std::string_view salt, std::uint32_t iterations,
                          std::size_t digest_bytes) {
  return pbkdf2(password, {.iterations = iterations}, salt, digest_bytes);
}

Phc hash_password(std::string_view password, const PhcFormat& format, std::string_view salt) {
  if (const auto* cost = std::get_if<BcryptCost>(&format)) {
    return parse_phc(bcrypt(password, bcrypt_setting(*cost, salt))).value();
  }
  Phc phc{.format = format, .salt = std::string(salt), .digest = {}};
  if (const auto* argon2 = std::get_if<Argon2idCost>(&format)) {
    phc.digest = argon2id(password, *argon2, salt);
  } else if (const auto* cost = std::get_if<ScryptCost>(&format)) {
    phc.digest = scrypt(password, *cost, salt, usual_digest_bytes(format));
  } else if (const auto* iterated = std::get_if<Pbkdf2Cost>(&format)) {
    phc.digest = pbkdf2(password, *iterated, salt, usual_digest_bytes(format));
  } else {
    throw std::invalid_argument("hashes of this format are not made, only checked");
  }
  return phc;
}

Phc wrap(const Phc& pending, const Argon2idCost& outer, std::string_view salt) {
  const FastFormat& inner = std::get<PendingCost>(pending.format).inner;
  return {.format = OnionCost{.inner = inner, .outer = outer},
          .salt = std::string{salt},
          .digest = argon2id(pending.digest, outer, salt),
          .inner_salt = pending.salt};
}

bool matches(std::string_view password, const Phc& stored) {
  return std::visit(Match{password, stored}, stored.format);
}

std::optional<ExpressHash> parse_express(std::string_view hash, std::string_view salt) {
  if (hash.size() != 2 * ExpressHash::digest_bytes) return std::nullopt;
  // An empty salt would make equal passwords equal hashes; the service never wrote one.
  if (salt.empty() || salt.size() > ExpressHash::salt_bytes_max) return std::nullopt;
  // The Express service writes lower case: a hash with capitals is not one of its own.
  auto digest = to_lower(hash) == hash ? from_hex(hash) : std::nullopt;
  if (!digest) return std::nullopt;
  return ExpressHash{.digest = std::move(*digest), .salt = std::string(salt)};
}

bool matches(std::string_view password, const ExpressHash& stored) {
  const std::string digest = pbkdf2_sha512(password, stored.salt, ExpressHash::iterations, ExpressHash::digest_bytes);
  return equal_in_constant_time(digest, stored.digest);
}

}  // namespace gatehouse::passwords
