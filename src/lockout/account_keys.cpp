#include "lockout/account_keys.hpp"

#include "crypto/kdf.hpp"

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
  info += text;
  std::string key(key_bytes, '\0');
  crypto::derive_key(view(secret_), info, std::as_writable_bytes(std::span{key}));
  return key;
}

std::string AccountKeys::of_user(std::string_view email_key) const { return key_for("account ", email_key); }

std::string AccountKeys::of_nobody(std::string_view email_key) const {
  std::string key = key_for("account ", email_key);
  key.replace(bucket_bytes, std::string::npos, key_bytes - bucket_bytes, '\0');
  return key;
}

std::string AccountKeys::of_source(std::string_view source) const { return key_for("source ", source); }

}  // namespace gatehouse::lockout
