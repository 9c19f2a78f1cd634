#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::passwords {

/// The base64 alphabet of a hash string: that of RFC 4648 section 4, or bcrypt's.
enum class Base64Alphabet : std::uint8_t { standard, bcrypt };

/// What the unused bits of the last letter may be: zero, so that the same bytes have only one text, or anything.
enum class SpareBits : std::uint8_t { zero, any };

/// Base64 without padding. Decoding returns nullopt for any other text. Any thread.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text, Base64Alphabet alphabet,
                                                     SpareBits spare = SpareBits::zero);
void append_base64(std::string& out, std::string_view bytes, Base64Alphabet alphabet);

/// The same for the standard alphabet, with mandatory padding.
[[nodiscard]] std::optional<std::string> from_padded_base64(std::string_view text);
void append_padded_base64(std::string& out, std::string_view bytes);

}  // namespace gatehouse::passwords
