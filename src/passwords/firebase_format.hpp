#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

inline constexpr std::string_view firebase_prefix = "$fbscrypt$v=1,n=";

/// Reads a hash of Firebase, with the parameters of its project, in the form that Supabase has given it:
///   `$fbscrypt$v=1,n=<log2 N>,r=<block>,p=<parallel>,ss=<salt separator>,sk=<signer key>$<salt>$<digest>`
/// Bytes are base64 with padding, costs within PhcLimits as scrypt's, and the digest is as long as the key. Nothing
/// where it is anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_firebase(std::string_view text);

/// Writes the string that parse_firebase() reads, of a hash of FirebaseCost. Any thread.
[[nodiscard]] std::string firebase_text(const Phc& phc);

}  // namespace gatehouse::passwords
