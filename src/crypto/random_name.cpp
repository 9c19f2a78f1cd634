#include "crypto/random_name.hpp"

#include <array>
#include <span>

#include "base/base64url.hpp"

namespace gatehouse::crypto {

std::string random_name(Random& random) {
  std::array<char, 16> bytes;
  random.fill(std::as_writable_bytes(std::span{bytes}));
  return to_base64url({bytes.data(), bytes.size()});
}

}  // namespace gatehouse::crypto
