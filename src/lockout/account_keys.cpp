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

AccountKeys::AccountKeys(std::span<const SecretString> secrets) : secrets_(secrets.size()) {
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    crypto::derive_key(secrets[i].reveal(), "gatehouse account-key v1", secrets_[i]);
  }
}

AccountKeys::~AccountKeys() {
  for (Secret& secret : secrets_) wipe_memory(secret.data(), secret.size());
}

std::string AccountKeys::key_for(const Secret& secret, std::string_view purpose, std::string_view text) {
  std::string info{purpose};
  info += crypto::sha256(text);  // the text may be of any length, while HKDF takes some thousand bytes
  std::string key(key_bytes, '\0');
  crypto::derive_key(view(secret), info, std::as_writable_bytes(std::span{key}));
  return key;
}

std::string AccountKeys::of_user(UserId user) const {
  return key_for(secrets_.front(), "user ", std::to_string(user.value));
}

std::vector<std::string> AccountKeys::all_of_user(UserId user) const {
  std::vector<std::string> keys;
  keys.reserve(secrets_.size());
  for (const Secret& secret : secrets_) keys.push_back(key_for(secret, "user ", std::to_string(user.value)));
  return keys;
}

std::string AccountKeys::of_nobody(std::string_view email_key) const {
  std::string key = key_for(secrets_.front(), "email ", email_key);
  key.replace(bucket_bytes, std::string::npos, key_bytes - bucket_bytes, '\0');
  return key;
}

std::string AccountKeys::of_source(std::string_view source) const {
  return key_for(secrets_.front(), "source ", source);
}

}  // namespace gatehouse::lockout
