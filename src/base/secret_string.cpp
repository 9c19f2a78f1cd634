#include "base/secret_string.hpp"

#include <string.h>

#include <utility>

namespace gatehouse {

SecretString::SecretString(std::string_view secret) {
  // Exactly one allocation: growing would leave copies behind.
  bytes_.reserve(secret.size());
  bytes_.assign(secret);
}

SecretString::SecretString(SecretString&& other) noexcept {
  bytes_.swap(other.bytes_);
  other.wipe();
}

SecretString& SecretString::operator=(SecretString&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  bytes_.swap(other.bytes_);
  other.wipe();
  return *this;
}

SecretString::~SecretString() { wipe(); }

void SecretString::wipe() noexcept {
  // The whole buffer: a short text that was moved away has left its bytes in it.
  bytes_.resize(bytes_.capacity());
  wipe_memory(bytes_.data(), bytes_.size());
  bytes_.clear();
}

bool SecretString::equals(std::string_view other) const noexcept { return equal_in_constant_time(reveal(), other); }

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const volatile unsigned char x = static_cast<unsigned char>(a[i]);
    const volatile unsigned char y = static_cast<unsigned char>(b[i]);
    difference = static_cast<unsigned char>(difference | (x ^ y));
  }
  return difference == 0;
}

void wipe_memory(void* memory, std::size_t bytes) noexcept { explicit_bzero(memory, bytes); }

}  // namespace gatehouse
