#include "json/string.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

#include "base/text.hpp"

namespace gatehouse::json {
namespace {

static_assert(std::endian::native == std::endian::little, "plain_length() takes the lowest byte for the first one");

bool is_plain(unsigned char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

/// The same byte eight times.
constexpr std::uint64_t eight(std::uint8_t byte) { return 0x0101010101010101U * byte; }

/// The highest bit of each byte that is not plain. Exact only up to the first of them, because the bytes after it may
/// have borrowed from it. A byte from 0x80 on has the bit already; one below 0x20 gets it from the subtraction, a quote
/// or a backslash by becoming zero before it, DEL from the addition.
std::uint64_t odd_bytes(std::uint64_t word) {
  const std::uint64_t odd = word | (word - eight(0x20)) | (word + eight(1)) | ((word ^ eight('"')) - eight(1)) |
                            ((word ^ eight('\\')) - eight(1));
  return odd & eight(0x80);
}

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

/// How many bytes are before the first odd one.
std::size_t even_bytes(std::uint64_t odd) { return static_cast<std::size_t>(std::countr_zero(odd)) / 8; }

void append_ascii(std::string& out, char c) {
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
      append_hex(out, {&c, 1});
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
  } else {
    append_ascii(out, sequence[1]);
  }
}

/// Appends the first character of the text and returns its length.
std::size_t append_character(std::string& out, std::string_view text) {
  const std::size_t length = utf8_sequence_length(text);
  const std::string_view sequence = text.substr(0, length);
  if (length == 0) {
    out += "\xEF\xBF\xBD";
  } else if (length == 1) {
    append_ascii(out, text[0]);
  } else if (needs_escape(sequence)) {
    append_escaped(out, sequence);
  } else {
    out.append(sequence);
  }
  return length == 0 ? 1 : length;
}

void append_plain(std::string& out, std::string_view text) {
  char* end = grow(out, text.size() + 2);
  *end++ = '"';
  end = std::ranges::copy(text, end).out;
  *end = '"';
}

}  // namespace

char* grow(std::string& out, std::size_t bytes) {
  const std::size_t begin = out.size();
  const std::size_t end = begin + bytes;
  // The lambda ignores the size that it is given: in libstdc++ 12 that is the new capacity if the string had to grow.
  out.resize_and_overwrite(end, [end](char*, std::size_t) { return end; });
  return out.data() + begin;
}

void append_string(std::string& out, std::string_view text) {
  std::size_t plain = plain_length(text);
  if (plain == text.size()) return append_plain(out, text);
  out += '"';
  while (true) {
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    text.remove_prefix(append_character(out, text));
    plain = plain_length(text);
  }
  out += '"';
}

std::size_t plain_length(std::string_view text) {
  constexpr std::size_t word_bytes = sizeof(std::uint64_t);
  std::size_t length = 0;
  if (text.size() >= word_bytes) {
    // The last word overlaps the one before it, whose bytes are plain by then.
    const std::size_t last = text.size() - word_bytes;
    while (true) {
      if (const std::uint64_t odd = odd_bytes(word_at(text.data() + length)); odd != 0) return length + even_bytes(odd);
      if (length == last) return text.size();
      length = std::min(length + word_bytes, last);
    }
  }
  while (length < text.size() && is_plain(static_cast<unsigned char>(text[length]))) ++length;
  return length;
}

}  // namespace gatehouse::json
