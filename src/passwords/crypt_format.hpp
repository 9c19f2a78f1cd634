#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "passwords/phc.hpp"

namespace gatehouse::passwords {

/// The letters of crypt(3) in the order of their values: `./0-9A-Za-z`.
inline constexpr std::string_view crypt_letters = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
inline constexpr std::size_t md5crypt_salt_letters_max = 8;

/// Whether the text consists only of these letters.
[[nodiscard]] bool are_crypt_letters(std::string_view text);

/// Parses a crypt(3) hash other than bcrypt and `$1$`:
///   `$5$<salt>$<43 letters>`, `$6$<salt>$<86 letters>`, each also with `rounds=<1,000 to 2,000,000>$` before the salt
///   `$sha1$<rounds, up to 2,000,000>$<salt>$<28 letters>`
///   `$y$j<log2 N><r>$<salt>$<43 letters>`: yescrypt as operating systems write it, without further parameters
///   `$7$<log2 N><five letters of r><five of p><salt>$<43 letters>`
/// Salts have 1 to 16 letters, those of the last three up to 64; memory and other costs have scrypt's limits. Returns
/// nullopt for anything else. Any thread.
[[nodiscard]] std::optional<Phc> parse_crypt(std::string_view text);

/// Writes the string that parse_crypt() reads, for a hash with CryptCost. Any thread.
[[nodiscard]] std::string crypt_text(const Phc& phc);

/// How many letters the digest of a method has.
[[nodiscard]] std::size_t digest_letters_of(CryptMethod method);

}  // namespace gatehouse::passwords
