#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret_string.hpp"
#include "crypto/checked_text.hpp"
#include "crypto/random.hpp"

namespace gatehouse::api_keys {

/// A key, as its holder has it:
///
///     gtk_ <10 of 0-9a-z: public id> _ <43 characters of base64url: 256 random bits> <6 of base62: CRC-32>
///
/// The public id names the key wherever its secret must not appear. crypto/checked_text.hpp describes the checksum.
inline constexpr std::string_view key_prefix = "gtk_";
inline constexpr std::size_t public_id_length = 10;
inline constexpr std::size_t key_length =
    key_prefix.size() + public_id_length + 1 + crypto::checked_secret_length + crypto::checksum_length;

/// A new secret.
struct NewKeyText {
  SecretString text;
  std::string hash;  ///< SHA-256 of the text; all that is stored
};

/// Ten letters and digits, each with the same probability.
[[nodiscard]] std::string make_public_id(crypto::Random& random);
[[nodiscard]] bool is_public_id(std::string_view text);

/// A key with that public id and a new secret of 256 random bits.
[[nodiscard]] NewKeyText make_key_text(std::string_view public_id, crypto::Random& random);

/// The public id in a text that has the form and the checksum of a key; else nothing. It refers to the text. Allocates
/// nothing.
[[nodiscard]] std::optional<std::string_view> public_id_in(std::string_view text);

}  // namespace gatehouse::api_keys
