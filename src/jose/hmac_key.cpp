#include "jose/hmac_key.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

#include "base/secret_string.hpp"
#include "crypto/kdf.hpp"

namespace gatehouse::jose {

// HMAC by hand (RFC 2104), on OpenSSL's SHA-256: the key is hashed into two digests once, and each message starts from
// copies of them. Invariant: inner_ and outer_ have read exactly one block and are never changed, so threads may copy
// them at the same time.

namespace {

constexpr std::size_t block_bytes = 64;
using Block = std::array<unsigned char, block_bytes>;

/// The key, made one block long: hashed if it is longer (RFC 2104 section 2).
Block padded_key(std::string_view secret) {
  if (secret.empty()) throw std::invalid_argument("an HMAC key must not be empty");
  Block block{};
  if (secret.size() <= block_bytes) {
    std::ranges::copy(secret, block.begin());
    return block;
  }
  std::string digest = crypto::sha256(secret);
  std::ranges::copy(digest, block.begin());
  // As good as the secret itself: whoever has it can sign.
  wipe_memory(digest.data(), digest.size());
  return block;
}

/// SHA-256 that has read the key with each byte xored with `pad`.
crypto::DigestContext keyed_digest(Block block, unsigned char pad) {
  for (unsigned char& byte : block) byte ^= pad;
  const auto algorithm =
      crypto::require_object<crypto::Digest>(EVP_MD_fetch(nullptr, "SHA256", nullptr), "fetch SHA-256");
  auto context = crypto::require_object<crypto::DigestContext>(EVP_MD_CTX_new(), "create a digest");
  crypto::require_openssl(EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr), "start SHA-256");
  crypto::require_openssl(EVP_DigestUpdate(context.get(), block.data(), block.size()), "key an HMAC");
  wipe_memory(block.data(), block.size());
  return context;
}

std::string derived_kid(std::string_view secret) {
  std::array<std::byte, crypto::sha256_bytes> derived{};
  // Through HKDF with its own label: every token contains the kid, which must share nothing with what signs them.
  crypto::derive_key(secret, "gatehouse jwt kid v1", derived);
  return fingerprint({reinterpret_cast<const char*>(derived.data()), derived.size()});
}

struct DigestStep {
  const crypto::DigestContext& keyed;
  std::string_view message;
};

void finish_digest(EVP_MD_CTX* scratch, const DigestStep& step, HmacKey::Mac& out) {
  crypto::require_openssl(EVP_MD_CTX_copy_ex(scratch, step.keyed.get()), "copy a digest");
  crypto::require_openssl(EVP_DigestUpdate(scratch, step.message.data(), step.message.size()), "compute an HMAC");
  crypto::require_openssl(EVP_DigestFinal_ex(scratch, out.data(), nullptr), "finish an HMAC");
}

std::string_view characters(const HmacKey::Mac& mac) { return {reinterpret_cast<const char*>(mac.data()), mac.size()}; }

}  // namespace

HmacKey::HmacKey(std::string_view secret) : HmacKey(secret, derived_kid(secret)) {}

HmacKey::HmacKey(std::string_view secret, std::string kid) : SigningKey(JwsAlgorithm::hs256, std::move(kid)) {
  static constexpr unsigned char inner_pad = 0x36;
  static constexpr unsigned char outer_pad = 0x5C;
  Block block = padded_key(secret);
  inner_ = keyed_digest(block, inner_pad);
  outer_ = keyed_digest(block, outer_pad);
  wipe_memory(block.data(), block.size());
}

HmacKey::Mac HmacKey::mac(std::string_view message) const {
  const auto scratch = crypto::require_object<crypto::DigestContext>(EVP_MD_CTX_new(), "create a digest");
  Mac inner;
  Mac outer;
  finish_digest(scratch.get(), {.keyed = inner_, .message = message}, inner);
  finish_digest(scratch.get(), {.keyed = outer_, .message = characters(inner)}, outer);
  return outer;
}

bool HmacKey::verifies(std::string_view message, std::string_view signature) const {
  return equal_in_constant_time(characters(mac(message)), signature);
}

void HmacKey::append_signature(std::string& out, std::string_view message) const { out += characters(mac(message)); }

}  // namespace gatehouse::jose
