#include "mail/message.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::string_view line_end = "\r\n";
constexpr std::size_t encoded_line_max = 76;  // RFC 2045 section 6.7
constexpr std::size_t plain_header_bytes_max = 200;
constexpr std::size_t bytes_of_encoded_word = 39;  // 52 characters in base64, which fit a line of 76 (RFC 2047)
constexpr std::string_view upper_hex = "0123456789ABCDEF";
constexpr std::string_view base64_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::string_view group = bytes.substr(i, 3);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < group.size() ? static_cast<unsigned char>(group[k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += k <= group.size() ? base64_letters[bits >> (18 - 6 * k) & 63U] : '=';
    }
  }
  return out;
}

/// The length in bytes of the whole characters at the start of the text, at most bytes_max.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
  std::size_t end = 0;
  while (end < text.size()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_sequence_length(text.substr(end)));
    if (end + length > bytes_max) break;
    end += length;
  }
  return end;
}

std::string encoded_words(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = whole_characters(text, bytes_of_encoded_word);
    if (!out.empty()) out += "\r\n ";
    out += "=?UTF-8?B?" + base64(text.substr(0, length)) + "?=";
    text.remove_prefix(length);
  }
  return out;
}

std::string without_controls(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

std::string from_header(const Mailbox& from) {
  if (from.name.empty()) return written_address(from.address);
  const bool is_plain = std::ranges::all_of(from.name, [](char c) { return c >= 0x20 && c < 0x7F; });
  const std::string name = is_plain ? '"' + from.name + '"' : header_text(from.name);
  return name + " <" + written_address(from.address) + ">";
}

/// RFC 5322 writes dates like HTTP, but with a number for the time zone.
std::string date_header(TimePoint date) {
  std::string text;
  append_http_date(text, date);
  text.replace(text.size() - 3, 3, "+0000");
  return text;
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append(line_end);
}

void append_part(std::string& out, std::string_view boundary, std::string_view type, std::string_view text) {
  out.append("--").append(boundary).append(line_end);
  append_header(out, "Content-Type", std::string{type} + "; charset=utf-8");
  append_header(out, "Content-Transfer-Encoding", "quoted-printable");
  out.append(line_end).append(quoted_printable(text)).append(line_end);
}

bool is_literal(char c) { return (c >= 0x21 && c <= 0x7E && c != '=') || c == ' ' || c == '\t'; }

/// Appends a line without its line end. A blank at the end of the line is encoded, because blanks there may get lost.
void append_quoted_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto byte = static_cast<unsigned char>(line[i]);
    const bool is_last = i + 1 == line.size();
    const bool as_it_is = is_literal(line[i]) && !(is_last && (line[i] == ' ' || line[i] == '\t'));
    const std::size_t width = as_it_is ? 1 : 3;
    if (column + width > encoded_line_max - 1) {
      out.append("=").append(line_end);
      column = 0;
    }
    column += width;
    if (as_it_is) {
      out += line[i];
    } else {
      out.append({'=', upper_hex[byte >> 4U], upper_hex[byte & 15U]});
    }
  }
}

}  // namespace

std::string header_text(std::string_view text) {
  const std::string line = without_controls(text);
  const bool is_ascii = std::ranges::all_of(line, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  const bool is_plain = is_ascii && !line.contains("=?") && line.size() <= plain_header_bytes_max;
  return is_plain ? line : encoded_words(line);
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    append_quoted_line(out, line);
    if (end == std::string_view::npos) break;
    out.append(line_end);
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string message_id(MailId id, const Mailbox& from) {
  return "<gatehouse-" + std::to_string(id.value) + "@" + std::string{from.domain()} + ">";
}

std::string format_message(const MessageParts& parts) {
  // "=_" cannot occur in quoted-printable text.
  const std::string boundary = "=_gatehouse_" + std::to_string(parts.id.value);
  std::string out;
  append_header(out, "From", from_header(parts.from));
  append_header(out, "To", written_address(parts.to));
  append_header(out, "Subject", header_text(parts.rendered.subject));
  append_header(out, "Date", date_header(parts.date));
  append_header(out, "Message-ID", message_id(parts.id, parts.from));
  append_header(out, "Auto-Submitted", "auto-generated");
  append_header(out, "MIME-Version", "1.0");
  append_header(out, "Content-Type", "multipart/alternative; boundary=\"" + boundary + "\"");
  out.append(line_end);
  append_part(out, boundary, "text/plain", parts.rendered.text);
  append_part(out, boundary, "text/html", parts.rendered.html);
  out.append("--").append(boundary).append("--").append(line_end);
  return out;
}

}  // namespace gatehouse::mail
