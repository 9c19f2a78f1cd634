#include "base/base64url.hpp"

#include <array>
#include <cstdint>

namespace gatehouse {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint32_t invalid = 0xFF000000U;

/// Each letter's six bits shifted left by `shift`. A byte that is not one of the letters sets bits that no letter sets.
constexpr std::array<std::uint32_t, 256> decoding_table(unsigned shift) {
  std::array<std::uint32_t, 256> table{};
  table.fill(invalid);
  for (std::uint32_t i = 0; i < alphabet.size(); ++i) table[static_cast<unsigned char>(alphabet[i])] = i << shift;
  return table;
}

constexpr auto first_letter = decoding_table(18);
constexpr auto second_letter = decoding_table(12);
constexpr auto third_letter = decoding_table(6);
constexpr auto fourth_letter = decoding_table(0);

std::uint32_t octet(char c) { return static_cast<unsigned char>(c); }
char letter(std::uint32_t bits) { return alphabet[bits & 63U]; }

/// Decodes the last two or three letters. Their unused bits must be zero; otherwise several texts would decode to the
/// same bytes.
bool decode_tail(std::string_view tail, char* out) {
  std::uint32_t bits = first_letter[octet(tail[0])] | second_letter[octet(tail[1])];
  if (tail.size() == 3) bits |= third_letter[octet(tail[2])];
  const std::uint32_t unused = tail.size() == 3 ? 0xFFU : 0xFFFFU;
  if ((bits & (invalid | unused)) != 0) return false;
  out[0] = static_cast<char>(bits >> 16U);
  if (tail.size() == 3) out[1] = static_cast<char>((bits >> 8U) & 0xFFU);
  return true;
}

}  // namespace

void append_base64url(std::string& out, std::string_view bytes) {
  const std::size_t start = out.size();
  out.resize(start + base64url_length(bytes.size()));
  char* to = out.data() + start;
  std::size_t i = 0;
  for (; i + 3 <= bytes.size(); i += 3) {
    const std::uint32_t bits = octet(bytes[i]) << 16U | octet(bytes[i + 1]) << 8U | octet(bytes[i + 2]);
    *to++ = letter(bits >> 18U);
    *to++ = letter(bits >> 12U);
    *to++ = letter(bits >> 6U);
    *to++ = letter(bits);
  }
  const std::size_t rest = bytes.size() - i;
  if (rest == 0) return;
  const std::uint32_t bits = octet(bytes[i]) << 16U | (rest == 2 ? octet(bytes[i + 1]) << 8U : 0U);
  *to++ = letter(bits >> 18U);
  *to++ = letter(bits >> 12U);
  if (rest == 2) *to = letter(bits >> 6U);
}

std::string to_base64url(std::string_view bytes) {
  std::string out;
  append_base64url(out, bytes);
  return out;
}

std::optional<std::size_t> decode_base64url(std::string_view text, char* out, std::size_t capacity) {
  if (text.size() % 4 == 1) return std::nullopt;
  const std::size_t length = text.size() / 4 * 3 + (text.size() % 4 == 0 ? 0 : text.size() % 4 - 1);
  if (length > capacity) return std::nullopt;

  const std::size_t whole = text.size() / 4 * 4;
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < whole; i += 4) {
    const std::uint32_t bits = first_letter[octet(text[i])] | second_letter[octet(text[i + 1])] |
                               third_letter[octet(text[i + 2])] | fourth_letter[octet(text[i + 3])];
    seen |= bits;
    *out++ = static_cast<char>(bits >> 16U);
    *out++ = static_cast<char>((bits >> 8U) & 0xFFU);
    *out++ = static_cast<char>(bits & 0xFFU);
  }
  if ((seen & invalid) != 0) return std::nullopt;
  if (whole != text.size() && !decode_tail(text.substr(whole), out)) return std::nullopt;
  return length;
}

std::optional<std::string> from_base64url(std::string_view text) {
  std::string bytes(text.size() / 4 * 3 + 2, '\0');
  const auto length = decode_base64url(text, bytes.data(), bytes.size());
  if (!length) return std::nullopt;
  bytes.resize(*length);
  return bytes;
}

}  // namespace gatehouse
