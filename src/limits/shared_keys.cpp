#include "limits/shared_keys.hpp"

#include "base/text.hpp"
#include "crypto/kdf.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::limits {

SharedKeys::SharedKeys(const SecretString& secret) {
  crypto::derive_key(secret.reveal(), "gatehouse limit-key v1", secret_);
}

SharedKeys::~SharedKeys() { wipe_memory(secret_.data(), secret_.size()); }

std::string SharedKeys::of(const Subject& subject) const {
  constexpr std::size_t digest_bytes = 16;
  const std::string_view policy = to_text(subject.policy);
  std::string info{policy};
  info += ' ' + crypto::sha256(subject.whose);  // it may have any length, but HKDF takes only some thousand bytes
  std::string digest(digest_bytes, '\0');
  crypto::derive_key({reinterpret_cast<const char*>(secret_.data()), secret_.size()}, info,
                     std::as_writable_bytes(std::span{digest}));
  return "gatehouse:limit:" + std::string{policy} + ':' + to_hex(digest);
}

}  // namespace gatehouse::limits
