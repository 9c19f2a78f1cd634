#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::jose {

/// JWS writes an ECDSA signature on P-256 as r and s, 32 bytes each, big-endian (RFC 7518 section 3.4); OpenSSL reads
/// and writes the DER of RFC 3279. Both functions throw std::runtime_error when OpenSSL fails.
inline constexpr std::size_t p256_signature_bytes = 64;

/// Nothing unless the signature has exactly 64 bytes. Whether r and s are in range is left to the verification.
[[nodiscard]] std::optional<std::string> ecdsa_signature_to_der(std::string_view raw);

/// `der` is a signature OpenSSL has just made.
[[nodiscard]] std::string ecdsa_signature_from_der(std::string_view der);

}  // namespace gatehouse::jose
