#include "base/unicode.hpp"

#include <idn2.h>
#include <utf8proc.h>

#include <algorithm>
#include <memory>
#include <new>
#include <vector>

#include "base/secret_string.hpp"

namespace gatehouse {
namespace {

struct Freed {
  void operator()(char* memory) const { idn2_free(memory); }
};

/// Text that is not UTF-8 is returned unchanged. The text may be a password, so the intermediate memory is wiped.
std::string mapped(std::string_view text, int options) {
  // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): the enumerators are bits
  const auto choice = static_cast<utf8proc_option_t>(options);
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const auto length = utf8proc_decompose(bytes, size, nullptr, 0, choice);
  if (length < 0) return std::string{text};
  // utf8proc_reencode() writes the bytes and a zero over the code points.
  std::vector<utf8proc_int32_t> code_points(static_cast<std::size_t>(length) + 1);
  utf8proc_decompose(bytes, size, code_points.data(), length, choice);
  const auto written = utf8proc_reencode(code_points.data(), length, choice);
  std::string result;
  if (written > 0) result.assign(reinterpret_cast<const char*>(code_points.data()), static_cast<std::size_t>(written));
  wipe_memory(code_points.data(), code_points.size() * sizeof(utf8proc_int32_t));
  return result;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool is_invisible(utf8proc_int32_t code_point) {
  constexpr utf8proc_int32_t braille_blank = 0x2800;
  const utf8proc_property_t* property = utf8proc_get_property(code_point);
  switch (property->category) {
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return property->ignorable || code_point == braille_blank;
  }
}

}  // namespace

bool is_ascii(std::string_view bytes) {
  return std::ranges::none_of(bytes, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string_view first_code_points(std::string_view text, std::size_t count_max) {
  if (text.size() <= count_max) return text;
  std::size_t end = 0;
  for (std::size_t count = 0; end < text.size(); ++end) {
    if (is_continuation(text[end])) continue;
    if (count == count_max) break;
    ++count;
  }
  return text.substr(0, end);
}

std::string to_nfc(std::string_view text) {
  if (is_ascii(text)) return std::string{text};
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string to_nfkc_casefold(std::string_view text) {
  return mapped(text, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE);
}

bool has_invisible_character(std::string_view text) {
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = utf8proc_iterate(bytes, left, &code_point);
    if (length < 1 || is_invisible(code_point)) return true;
    bytes += length;
    left -= length;
  }
  return false;
}

CharacterKinds kinds_of_characters(std::string_view text) {
  CharacterKinds kinds;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code_point = 0;
    const auto length = std::max<utf8proc_ssize_t>(1, utf8proc_iterate(bytes, left, &code_point));
    switch (utf8proc_category(code_point)) {
      case UTF8PROC_CATEGORY_LL:
        kinds.lower = true;
        break;
      case UTF8PROC_CATEGORY_LU:
        kinds.upper = true;
        break;
      case UTF8PROC_CATEGORY_ND:
        kinds.digit = true;
        break;
      default:
        kinds.other = true;
    }
    bytes += length;
    left -= length;
  }
  return kinds;
}

std::optional<std::string> to_ascii_domain(std::string_view domain) {
  const std::string text{domain};
  if (text.contains('\0')) return std::nullopt;
  char* out = nullptr;
  // Not IDN2_USE_STD3_ASCII_RULES: it drops characters that it should refuse, so two domains would become one.
  constexpr int flags = IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL;
  const int result = idn2_to_ascii_8z(text.c_str(), &out, flags);
  const std::unique_ptr<char, Freed> owner{out};
  if (result == IDN2_MALLOC) throw std::bad_alloc{};
  if (result != IDN2_OK) return std::nullopt;
  return std::string{out};
}

}  // namespace gatehouse
