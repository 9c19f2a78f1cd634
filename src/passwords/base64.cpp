#include "passwords/base64.hpp"

#include <cstddef>

namespace gatehouse::passwords {
namespace {

std::string_view letters_of(Base64Alphabet alphabet) {
  constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view bcrypt = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  return alphabet == Base64Alphabet::standard ? standard : bcrypt;
}

}  // namespace

// sodium_base642bin is not used because it takes some bytes above 0x7f for letters.
std::optional<std::string> from_base64(std::string_view text, Base64Alphabet alphabet, SpareBits spare) {
  const std::string_view letters = letters_of(alphabet);
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char letter : text) {
    const std::size_t value = letters.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    bit_count += 6;
    if (bit_count < 8) continue;
    bit_count -= 8;
    bytes += static_cast<char>(bits >> bit_count & 0xff);
  }
  // Six bits left over mean one letter too many. Set bits among fewer would be a second spelling of the same bytes.
  if (bit_count >= 6) return std::nullopt;
  if (spare == SpareBits::zero && (bits & ((1U << bit_count) - 1)) != 0) return std::nullopt;
  return bytes;
}

void append_base64(std::string& out, std::string_view bytes, Base64Alphabet alphabet) {
  const std::string_view letters = letters_of(alphabet);
  std::uint32_t bits = 0;
  unsigned bit_count = 0;
  for (const char byte : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(byte);
    for (bit_count += 8; bit_count >= 6; bit_count -= 6) out += letters[bits >> (bit_count - 6) & 0x3f];
  }
  if (bit_count > 0) out += letters[bits << (6 - bit_count) & 0x3f];
}

std::optional<std::string> from_padded_base64(std::string_view text) {
  constexpr std::size_t letters_of_group = 4;
  if (text.size() % letters_of_group != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return from_base64(text, Base64Alphabet::standard);
}

void append_padded_base64(std::string& out, std::string_view bytes) {
  append_base64(out, bytes, Base64Alphabet::standard);
  constexpr std::size_t bytes_of_group = 3;
  for (std::size_t rest = bytes.size(); rest % bytes_of_group != 0; ++rest) out += '=';
}

}  // namespace gatehouse::passwords
