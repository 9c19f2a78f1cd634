#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace gatehouse::passwords {

/// Longest new password, in bytes. Longer ones are refused, never truncated (OWASP ASVS 5.0, 6.2.8). Longer
/// ones that were set before there was a limit still work, up to the size of a request body.
inline constexpr std::size_t password_bytes_max = 1024;

/// The two columns of a users row. Without a salt the hash is a PHC string; with one, both are as the Express service
/// wrote them. Without a hash the account has no password and nothing matches.
struct StoredPassword {
  std::optional<std::string> hash;
  std::optional<std::string> salt;
};

}  // namespace gatehouse::passwords
