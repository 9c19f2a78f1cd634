#include "lockout/account_keys.hpp"

#include "crypto/kdf.hpp"
#include "crypto/sha256.hpp"

namespace gatehouse::lockout {
namespace {

constexpr std::size_t bucket_bytes = 2;

std::string_view view(const std::array<std::byte, 32>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

AccountKeys::AccountKeys(const SecretString& secret) {
  crypto::derive_key(secret.reveal(), "gatehouse account-key v1", secret_);
}

AccountKeys::~AccountKeys() { wipe_memory(secret_.data(), secret_.size()); }

std::string AccountKeys::key_for(std::string_view purpose, std::string_view text) const {
  std::string info{purpose};
  info += crypto::sha256(text);  // of any length, while HKDF takes some thousand bytes
  std::string key(key_bytes, '\0');
  crypto::derive_key(view(secret_), info, std::as_writable_bytes(std::span{key}));
  return key;
}

std::string AccountKeys::of_user(UserId user) const { return key_for("user ", std::to_string(user.value)); }

std::string AccountKeys::of_nobody(std::string_view email_key) const {
  std::string key = key_for("email ", email_key);
  key.replace(bucket_bytes, std::string::npos, key_bytes - bucket_bytes, '\0');
  return key;
}

std::string AccountKeys::of_source(std::string_view source) const { return key_for("source ", source); }

}  // namespace gatehouse::lockout
