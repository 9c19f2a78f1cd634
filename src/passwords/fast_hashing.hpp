#pragma once

#include <string>
#include <string_view>

#include "passwords/fast_format.hpp"

namespace gatehouse::passwords {

/// A hash that is too quick to be stored as it is: its digest, of digest_bytes_of() bytes. Any thread; some take
/// milliseconds. Throws std::runtime_error when a library cannot do its work.
[[nodiscard]] std::string fast_digest(std::string_view password, const FastFormat& format, std::string_view salt);

/// Whether fast_digest() is of the whole password: `$1$` ends at a NUL, and after 511 bytes.
[[nodiscard]] bool hashes_all_of(std::string_view password, const FastFormat& format);

}  // namespace gatehouse::passwords
