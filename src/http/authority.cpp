#include "http/authority.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "http/address.hpp"

namespace gatehouse::http {
namespace {

/// unreserved and sub-delims of RFC 3986; percent-encoded octets are checked separately.
constexpr auto name_characters = [] {
  std::array<bool, 256> allowed{};
  constexpr std::string_view all = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,;=";
  for (const char c : all) allowed[static_cast<unsigned char>(c)] = true;
  return allowed;
}();

bool is_name(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (name_characters[static_cast<unsigned char>(text[i])]) continue;
    if (text[i] != '%' || text.size() - i < 3) return false;
    if (!hex_digit_value(text[i + 1]) || !hex_digit_value(text[i + 2])) return false;
    i += 2;
  }
  return !text.empty();
}

bool is_ipv6_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, terminated.begin());
  in6_addr address{};
  return inet_pton(AF_INET6, terminated.data(), &address) == 1;
}

/// Whether the text is empty, or a colon and a port, which may itself be empty.
bool is_port_part(std::string_view text) {
  return text.empty() || text == ":" || (text[0] == ':' && is_port(text.substr(1)));
}

}  // namespace

bool is_authority(std::string_view text) {
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    return end != std::string_view::npos && is_ipv6_address(text.substr(1, end - 1)) &&
           is_port_part(text.substr(end + 1));
  }
  const auto colon = std::min(text.find(':'), text.size());
  return is_name(text.substr(0, colon)) && is_port_part(text.substr(colon));
}

}  // namespace gatehouse::http
