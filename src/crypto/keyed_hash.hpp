#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "crypto/random.hpp"

namespace gatehouse::crypto {

/// A number that only the holder of the key can compute: SipHash-2-4 (Aumasson, Bernstein 2012).
class KeyedHash {
 public:
  static constexpr std::size_t key_bytes = 16;
  using Key = std::array<unsigned char, key_bytes>;

  explicit KeyedHash(Random& random);
  explicit KeyedHash(const Key& key) : key_(key) {}
  [[nodiscard]] std::uint64_t operator()(std::string_view text) const noexcept;
  /// 128 bits, for uses where two texts must never be taken for the same.
  [[nodiscard]] std::array<std::uint64_t, 2> wide(std::string_view text) const noexcept;

 private:
  Key key_;
};

}  // namespace gatehouse::crypto
