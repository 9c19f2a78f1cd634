#include "crypto/sha1.hpp"

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {
namespace {

/// Fetched once: looking an algorithm up costs several times the digest of a short text.
const EVP_MD* sha1_algorithm() {
  static const Digest algorithm = require_object<Digest>(EVP_MD_fetch(nullptr, "SHA1", nullptr), "fetch SHA-1");
  return algorithm.get();
}

}  // namespace

Sha1 sha1(std::string_view bytes) {
  Sha1 digest{};
  require_openssl(EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, sha1_algorithm(), nullptr),
                  "compute SHA-1");
  return digest;
}

}  // namespace gatehouse::crypto
