#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t sha256_bytes = 32;

/// SHA-256 (FIPS 180-4), raw bytes. std::runtime_error when OpenSSL fails. Any thread.
[[nodiscard]] std::string sha256(std::string_view bytes);

}  // namespace gatehouse::crypto
