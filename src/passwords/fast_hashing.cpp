#include "passwords/fast_hashing.hpp"

#include <openssl/evp.h>

#include <stdexcept>

#include "base/secret_string.hpp"
#include "passwords/hashing.hpp"
#include "passwords/libcrypt.hpp"

namespace gatehouse::passwords {
namespace {

const EVP_MD* function_of(RawDigest digest) {
  switch (digest) {
    case RawDigest::md5:
      return EVP_md5();
    case RawDigest::sha1:
      return EVP_sha1();
    case RawDigest::sha256:
      return EVP_sha256();
    case RawDigest::sha512:
      return EVP_sha512();
  }
  return nullptr;
}

/// The digest of both, concatenated.
std::string digest_of_both(RawDigest digest, std::string_view first, std::string_view second) {
  std::string input;
  input.reserve(first.size() + second.size());
  input.append(first).append(second);
  std::string made(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const int done = EVP_Digest(input.data(), input.size(), reinterpret_cast<unsigned char*>(made.data()), &size,
                              function_of(digest), nullptr);
  wipe_memory(input.data(), input.size());
  if (done != 1) throw std::runtime_error("OpenSSL could not hash with " + std::string{name_of(digest)});
  made.resize(size);
  return made;
}

/// The digest of a password, by the format.
struct FastDigest {
  std::string_view password;
  std::string_view salt;

  std::string operator()(const RawCost& cost) const {
    const bool is_salt_first = cost.salt_place == SaltPlace::before;
    return digest_of_both(cost.digest, is_salt_first ? salt : password, is_salt_first ? password : salt);
  }
  std::string operator()(const PhpassCost& cost) const {
    std::string digest = digest_of_both(RawDigest::md5, salt, password);
    for (std::uint32_t round = 0; round < std::uint32_t{1} << cost.log2_rounds; ++round) {
      digest = digest_of_both(RawDigest::md5, digest, password);
    }
    return digest;
  }
  std::string operator()(const Md5CryptCost& cost) const {
    const std::string made = crypt(password, "$1$" + std::string{salt} + '$');
    return made.substr(made.size() - digest_bytes_of(cost));
  }
  std::string operator()(const FastPbkdf2Cost& cost) const {
    return pbkdf2(password, cost.cost, salt, cost.digest_bytes);
  }
};

}  // namespace

std::string fast_digest(std::string_view password, const FastFormat& format, std::string_view salt) {
  return std::visit(FastDigest{password, salt}, format);
}

bool hashes_all_of(std::string_view password, const FastFormat& format) {
  return !std::holds_alternative<Md5CryptCost>(format) || is_crypt_password(password);
}

}  // namespace gatehouse::passwords
