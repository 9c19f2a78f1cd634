#include "crypto/sha256.hpp"

#include <openssl/sha.h>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {
namespace {

/// Fetched once: looking an algorithm up costs several times the digest of a short text.
const EVP_MD* sha256_algorithm() {
  static const Digest algorithm = require_object<Digest>(EVP_MD_fetch(nullptr, "SHA256", nullptr), "fetch SHA-256");
  return algorithm.get();
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(sha256_bytes, '\0');
  require_openssl(EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
                             sha256_algorithm(), nullptr),
                  "compute SHA-256");
  return digest;
}

// OpenSSL 3.0 allocates for each digest that is begun through EVP, also with a context that is used again.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Sha256Digest sha256_in_place(std::string_view bytes) noexcept {
  Sha256Digest digest;
  SHA256_CTX context;  // these functions fail for a null pointer only
  (void)SHA256_Init(&context);
  (void)SHA256_Update(&context, bytes.data(), bytes.size());
  (void)SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}
#pragma GCC diagnostic pop

}  // namespace gatehouse::crypto
