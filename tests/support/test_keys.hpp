#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace gatehouse::testing {

/// Fresh key pairs as PEM text, for tests; both halves of one pair.
struct PemPair {
  std::string private_key;
  std::string public_key;
};

inline std::string pem_text(BIO* bio) {
  char* text = nullptr;
  const long length = BIO_get_mem_data(bio, &text);
  return {text, static_cast<std::size_t>(length)};
}

inline PemPair to_pem(EVP_PKEY* generated) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> pkey{generated, EVP_PKEY_free};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> private_bio{BIO_new(BIO_s_mem()), BIO_free_all};
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> public_bio{BIO_new(BIO_s_mem()), BIO_free_all};
  if (!pkey || PEM_write_bio_PrivateKey(private_bio.get(), pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1 ||
      PEM_write_bio_PUBKEY(public_bio.get(), pkey.get()) != 1) {
    throw std::runtime_error("cannot make a key");
  }
  return {.private_key = pem_text(private_bio.get()), .public_key = pem_text(public_bio.get())};
}

inline PemPair generate_rsa(std::size_t bits) { return to_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", bits)); }
inline PemPair generate_ec(const char* curve) { return to_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", curve)); }
inline PemPair generate(const char* kind) { return to_pem(EVP_PKEY_Q_keygen(nullptr, nullptr, kind)); }

}  // namespace gatehouse::testing
