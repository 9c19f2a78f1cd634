#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

inline constexpr std::string_view firebase_prefix = "$fbscrypt$v=1,n=";

/// Parses a Firebase hash that carries the parameters of its project, in Supabase's format:
///   `$fbscrypt$v=1,n=<log2 N>,r=<block>,p=<parallel>,ss=<salt separator>,sk=<signer key>$<salt>$<digest>`
/// Bytes are base64 with padding, costs have scrypt's limits (PhcLimits), and the digest is as long as the signer key.
/// Returns nullopt for anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_firebase(std::string_view text);

/// Writes the string that parse_firebase() reads, for a hash with FirebaseCost. Any thread.
[[nodiscard]] std::string firebase_text(const Phc& phc);

}  // namespace gatehouse::passwords
