#include "mail/mailbox.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatehouse::mail {
namespace {

constexpr std::string_view atom_marks = "!#$%&'*+-/=?^_`{|}~";  // RFC 5322 section 3.2.3, besides letters and digits

bool is_control_or_blank(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= 0x20 || byte == 0x7F;
}

bool is_atom_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  const char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || byte >= 0x80 || atom_marks.contains(c);
}

bool is_dot_atom(std::string_view text) {
  if (text.starts_with('.') || text.ends_with('.') || text.contains("..")) return false;
  return std::ranges::all_of(text, [](char c) { return c == '.' || is_atom_character(c); });
}

bool is_quoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return false;
  const std::string_view inner = text.substr(1, text.size() - 2);
  return !inner.contains('"') && !inner.contains('\\');
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

bool is_domain(std::string_view domain) {
  if (domain.empty() || domain.starts_with('.') || domain.ends_with('.')) return false;
  if (domain.starts_with('[') && domain.ends_with(']')) {
    return std::ranges::all_of(domain.substr(1, domain.size() - 2), [](char c) {
      return hex_digit_value(c) || c == '.' || c == ':' || c == 'I' || c == 'P' || c == 'v';
    });
  }
  return std::ranges::all_of(domain, [](char c) {
    const char lower = to_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
  });
}

}  // namespace

std::string_view Mailbox::domain() const { return std::string_view{address}.substr(address.rfind('@') + 1); }

bool is_deliverable(std::string_view address) {
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos || at == 0 || address.size() > address_bytes_max) return false;
  if (!is_utf8(address) || std::ranges::any_of(address, is_control_or_blank)) return false;
  return is_domain(address.substr(at + 1));
}

std::string written_address(std::string_view address) {
  const std::size_t at = address.rfind('@');
  const std::string_view local = address.substr(0, at);
  if (is_dot_atom(local) || is_quoted(local)) return std::string{address};
  return quoted(local).append(address.substr(at));
}

std::optional<Mailbox> read_mailbox(std::string_view text) {
  text = trim(text);
  Mailbox mailbox;
  if (text.ends_with('>')) {
    const std::size_t open = text.rfind('<');
    if (open == std::string_view::npos) return std::nullopt;
    std::string_view name = trim(text.substr(0, open));
    if (name.size() >= 2 && name.starts_with('"') && name.ends_with('"')) name = name.substr(1, name.size() - 2);
    mailbox.name = name;
    text = text.substr(open + 1, text.size() - open - 2);
  }
  mailbox.address = text;
  if (!is_utf8(mailbox.name) || has_control_character(mailbox.name)) return std::nullopt;
  if (mailbox.name.contains('"') || mailbox.name.contains('\\')) return std::nullopt;
  if (!is_deliverable(mailbox.address)) return std::nullopt;
  return mailbox;
}

}  // namespace gatehouse::mail
