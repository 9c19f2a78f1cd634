#include "base/json_text.hpp"

#include <cstdint>
#include <cstring>

namespace gatehouse {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// Length of the well-formed UTF-8 sequence at the start of `text`, 0 where there is none (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const auto is_tail = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;
  if (lead < 0xE0) return is_tail(1) ? 2 : 0;
  if (lead < 0xF0) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return is_tail(1) && is_tail(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (lead > 0xF4) return 0;
  const bool overlong = lead == 0xF0 && byte(1) < 0x90;
  const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
  return is_tail(1) && is_tail(2) && is_tail(3) && !overlong && !too_large ? 4 : 0;
}

/// Most texts are nothing else, and sessions are checked on the hot path.
bool starts_with_eight_ascii(std::string_view bytes) {
  std::uint64_t word = 0;
  if (bytes.size() < sizeof word) return false;
  std::memcpy(&word, bytes.data(), sizeof word);
  return (word & 0x8080808080808080U) == 0;
}

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_ascii(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += hex_digits[c >> 4U];
      out += hex_digits[c & 15U];
  }
}

/// C1 controls (U+0080 to U+009F) and the line separators steer terminals and old JavaScript parsers.
bool needs_escape(std::string_view sequence) {
  const auto second = static_cast<unsigned char>(sequence[1]);
  if (sequence.size() == 2) return sequence[0] == '\xC2' && second < 0xA0;
  return sequence == "\xE2\x80\xA8" || sequence == "\xE2\x80\xA9";
}

void append_escaped(std::string& out, std::string_view sequence) {
  if (sequence.size() == 3) {
    out += sequence[2] == '\xA8' ? "\\u2028" : "\\u2029";
    return;
  }
  append_ascii(out, static_cast<unsigned char>(sequence[1]));
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && is_plain(static_cast<unsigned char>(text[plain]))) ++plain;
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;

    const std::size_t length = sequence_length(text);
    const std::string_view sequence = text.substr(0, length);
    if (length == 0)
      out += "\xEF\xBF\xBD";
    else if (length == 1)
      append_ascii(out, static_cast<unsigned char>(text[0]));
    else if (needs_escape(sequence))
      append_escaped(out, sequence);
    else
      out.append(sequence);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    if (starts_with_eight_ascii(bytes)) {
      bytes.remove_prefix(sizeof(std::uint64_t));
      continue;
    }
    const std::size_t length = sequence_length(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace gatehouse
