#include "crypto/certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>

#include "crypto/pem.hpp"

namespace gatehouse::crypto {

CertificateFault fault_of(std::string_view chain_pem, std::string_view key_pem) {
  const auto certificate = read_pem<X509, X509_free>(chain_pem, PEM_read_bio_X509);
  if (!certificate) return CertificateFault::certificate_unreadable;
  const auto key = read_pem<EVP_PKEY, EVP_PKEY_free>(key_pem, PEM_read_bio_PrivateKey);
  if (!key) return CertificateFault::key_unreadable;
  const int belongs = X509_check_private_key(certificate.get(), key.get());
  ERR_clear_error();
  return belongs == 1 ? CertificateFault::none : CertificateFault::key_of_another;
}

}  // namespace gatehouse::crypto
