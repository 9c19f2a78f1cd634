#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace gatehouse::crypto {

/// The most HKDF-SHA256 can give for one secret and one purpose: 255 blocks.
inline constexpr std::size_t hkdf_bytes_max = 255 * 32;

/// What HKDF mixes; only `secret` must be kept secret. An empty salt is 32 zero bytes, as the RFC says.
struct HkdfInput {
  std::string_view secret;
  std::string_view salt;
  std::string_view info;
};

/// HKDF-SHA256, extract and expand (RFC 5869). `out` holds 1 to hkdf_bytes_max bytes; std::invalid_argument otherwise,
/// std::runtime_error when OpenSSL fails. Any thread.
void hkdf_sha256(const HkdfInput& input, std::span<std::byte> out);

/// HKDF-SHA256 with an empty salt. `info` names the purpose ("gatehouse session v1"), so that one secret gives
/// independent keys. Bounds and failures as hkdf_sha256.
void derive_key(std::string_view secret, std::string_view info, std::span<std::byte> out);

}  // namespace gatehouse::crypto
