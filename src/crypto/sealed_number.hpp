#pragma once

#include <cstddef>
#include <cstdint>

namespace gatehouse::crypto {

/// Numbers inside sealed bytes: 8 bytes, big-endian.
inline constexpr std::size_t number_bytes = 8;

/// Writes number_bytes to `out`.
inline void write_number(std::uint64_t number, char* out) {
  for (std::size_t i = 0; i < number_bytes; ++i) out[i] = static_cast<char>(number >> (8 * (number_bytes - 1 - i)));
}

/// Reads number_bytes.
[[nodiscard]] inline std::uint64_t read_number(const char* bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < number_bytes; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace gatehouse::crypto
