#include "crypto/aead.hpp"

#include <sodium.h>

#include "base/secret_string.hpp"

namespace gatehouse::crypto {
namespace {

static_assert(Aead::key_bytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(Aead::nonce_bytes == crypto_aead_xchacha20poly1305_ietf_NPUBBYTES);
static_assert(Aead::tag_bytes == crypto_aead_xchacha20poly1305_ietf_ABYTES);

const unsigned char* octets(const void* memory) { return static_cast<const unsigned char*>(memory); }
unsigned char* octets(void* memory) { return static_cast<unsigned char*>(memory); }

}  // namespace

Aead::~Aead() { wipe_memory(key_.data(), key_.size()); }

void Aead::seal(std::string_view plaintext, std::string_view associated_data, Random& random, char* out) const {
  random.fill({reinterpret_cast<std::byte*>(out), nonce_bytes});
  // It cannot fail: the only refusal is a message longer than 2^38 bytes, and then libsodium aborts.
  crypto_aead_xchacha20poly1305_ietf_encrypt(octets(out + nonce_bytes), nullptr, octets(plaintext.data()),
                                             plaintext.size(), octets(associated_data.data()), associated_data.size(),
                                             nullptr, octets(out), octets(key_.data()));
}

bool Aead::open(std::string_view sealed, std::string_view associated_data, char* out) const {
  if (sealed.size() < overhead_bytes) return false;
  const std::string_view nonce = sealed.substr(0, nonce_bytes);
  const std::string_view body = sealed.substr(nonce_bytes);
  return crypto_aead_xchacha20poly1305_ietf_decrypt(octets(out), nullptr, nullptr, octets(body.data()), body.size(),
                                                    octets(associated_data.data()), associated_data.size(),
                                                    octets(nonce.data()), octets(key_.data())) == 0;
}

}  // namespace gatehouse::crypto
