#include "crypto/random.hpp"

#include <sodium.h>

#include <stdexcept>

namespace gatehouse::crypto {

SystemRandom::SystemRandom() {
  if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised: the machine offers no randomness");
}

void SystemRandom::fill(std::span<std::byte> out) noexcept {
  // An empty span may hold a null pointer, which libsodium's declaration forbids.
  if (!out.empty()) randombytes_buf(out.data(), out.size());
}

}  // namespace gatehouse::crypto
