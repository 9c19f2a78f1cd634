#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

// Fast hashes of other systems. Each reader returns the string that parse_phc() reads, or nullopt; parse_phc() then
// checks sizes and costs. Any thread.

/// `md5`, `sha1`, `sha256`, `sha512`, each also followed by `-salt-before` or `-salt-after`.
[[nodiscard]] std::optional<RawCost> raw_format_named(std::string_view name);
/// The digest with this number of hexadecimal digits; nullopt if there is none or the text is not hexadecimal.
[[nodiscard]] std::optional<RawDigest> raw_digest_like(std::string_view text);

/// Hexadecimal digits of either case.
[[nodiscard]] std::optional<std::string> read_raw(std::string_view text, const RawCost& format, std::string_view salt);
/// `{SSHA}<Base64 of 20 bytes and the salt>`, of LDAP.
[[nodiscard]] std::optional<std::string> read_ssha(std::string_view text);
/// `$P$<letter of log2 rounds><8 letters of salt><22 letters>`, or `$H$`.
[[nodiscard]] std::optional<std::string> read_phpass(std::string_view text);
/// `$1$<1 to 8 letters of salt>$<22 letters>`.
[[nodiscard]] std::optional<std::string> read_md5crypt(std::string_view text);

/// The hash as it must be stored: PBKDF2 with too few iterations waits to be wrapped (PendingCost).
[[nodiscard]] Phc as_stored(Phc phc);

}  // namespace gatehouse::passwords
