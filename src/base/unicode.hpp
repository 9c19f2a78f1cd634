#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

/// What the service does to text beyond ASCII (Unicode 15; utf8proc and libidn2 have the tables). Texts are well-formed
/// UTF-8 (is_utf8()) unless said otherwise. Nothing here depends on a locale. Any thread.

/// True if every byte is ASCII. The bytes may be anything.
[[nodiscard]] bool is_ascii(std::string_view bytes);

/// How many code points the text has.
[[nodiscard]] std::size_t count_code_points(std::string_view text);

/// The text cut to at most `count_max` code points, never inside one.
[[nodiscard]] std::string_view first_code_points(std::string_view text, std::size_t count_max);

/// The composed form (UAX #15, NFC): `e` and a combining acute become `é`. Throws std::bad_alloc only.
[[nodiscard]] std::string to_nfc(std::string_view text);

/// NFKC_Casefold (UAX #31): one form for texts that differ in case, in composition, in width or in invisible
/// characters. Throws std::bad_alloc only.
[[nodiscard]] std::string to_nfkc_casefold(std::string_view text);

/// Whether the text has a character that is invisible or reorders others: blanks of all kinds, controls, direction
/// marks, joiners, fillers, variation selectors.
[[nodiscard]] bool has_invisible_character(std::string_view text);

/// Which kinds of characters a text has; letters without case count as `other`.
struct CharacterKinds {
  bool lower = false;
  bool upper = false;
  bool digit = false;
  bool other = false;

  [[nodiscard]] unsigned count() const { return unsigned{lower} + unsigned{upper} + unsigned{digit} + unsigned{other}; }
};
/// The text is UTF-8.
[[nodiscard]] CharacterKinds kinds_of_characters(std::string_view text);

/// The domain as the DNS writes it, `xn--mnchen-3ya.example`, in lower case (UTS #46, non-transitional). std::nullopt
/// if it is not a domain: it has characters that no domain may have, or a label or the name is too long. ASCII
/// characters that no host name has may remain, such as a slash that was full width.
[[nodiscard]] std::optional<std::string> to_ascii_domain(std::string_view domain);

}  // namespace gatehouse
