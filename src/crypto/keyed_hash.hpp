#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// A number that only who holds the key can compute: SipHash-2-4 (Aumasson, Bernstein 2012).
class KeyedHash {
 public:
  explicit KeyedHash(Random& random);
  [[nodiscard]] std::uint64_t operator()(std::string_view text) const noexcept;
  /// 128 bits, for where two texts must never be taken for one.
  [[nodiscard]] std::array<std::uint64_t, 2> wide(std::string_view text) const noexcept;

 private:
  std::array<unsigned char, 16> key_;
};

}  // namespace gatehouse::crypto
