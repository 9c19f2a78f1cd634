#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace gatehouse::crypto {

using Sha1 = std::array<unsigned char, 20>;

/// SHA-1 (FIPS 180-4), for lists that others published with it and for the names of Redis scripts. Never for anything
/// that must not collide.
/// std::runtime_error when OpenSSL fails. Any thread.
[[nodiscard]] Sha1 sha1(std::string_view bytes);

}  // namespace gatehouse::crypto
