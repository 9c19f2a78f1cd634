#include "crypto/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace gatehouse::crypto {

// OpenSSL 3.0 allocates for each digest that is begun through EVP, even if the context is reused.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
Sha256Digest sha256_in_place(std::string_view bytes) noexcept {
  Sha256Digest digest;
  SHA256_CTX context;  // these functions fail for a null pointer only
  (void)SHA256_Init(&context);
  (void)SHA256_Update(&context, bytes.data(), bytes.size());
  (void)SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  OPENSSL_cleanse(&context, sizeof context);
  return digest;
}
#pragma GCC diagnostic pop

std::string sha256(std::string_view bytes) {
  const Sha256Digest digest = sha256_in_place(bytes);
  return {digest.data(), digest.size()};
}

}  // namespace gatehouse::crypto
