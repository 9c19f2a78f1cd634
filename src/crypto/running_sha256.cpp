#include "crypto/running_sha256.hpp"

#include "crypto/openssl.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::crypto {

struct RunningSha256::State {
  DigestContext context = require_object<DigestContext>(EVP_MD_CTX_new(), "make a digest");
};

RunningSha256::RunningSha256() : state_(std::make_unique<State>()) {
  require_openssl(EVP_DigestInit_ex2(state_->context.get(), EVP_sha256(), nullptr), "begin SHA-256");
}

RunningSha256::~RunningSha256() = default;

void RunningSha256::add(std::span<const std::byte> bytes) {
  require_openssl(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()), "continue SHA-256");
}

std::string RunningSha256::finish() {
  std::string digest(sha256_bytes, '\0');
  require_openssl(EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()), nullptr),
                  "finish SHA-256");
  return digest;
}

}  // namespace gatehouse::crypto
