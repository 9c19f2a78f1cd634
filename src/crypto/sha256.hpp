#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t sha256_bytes = 32;

/// SHA-256 (FIPS 180-4), raw bytes. Any thread.
[[nodiscard]] std::string sha256(std::string_view bytes);

/// The same without an allocation, for checks such as those that each request makes. Any thread.
using Sha256Digest = std::array<char, sha256_bytes>;
[[nodiscard]] Sha256Digest sha256_in_place(std::string_view bytes) noexcept;

}  // namespace gatehouse::crypto
