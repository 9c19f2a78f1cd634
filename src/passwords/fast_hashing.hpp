#pragma once

#include <string>
#include <string_view>

#include "passwords/fast_format.hpp"

namespace gatehouse::passwords {

/// The digest of a fast hash, of digest_bytes_of() bytes. Any thread; some formats take milliseconds. Throws
/// std::runtime_error when a library fails.
[[nodiscard]] std::string fast_digest(std::string_view password, const FastFormat& format, std::string_view salt);

/// Whether fast_digest() covers the whole password: `$1$` stops at a NUL, and after 511 bytes.
[[nodiscard]] bool hashes_all_of(std::string_view password, const FastFormat& format);

}  // namespace gatehouse::passwords
