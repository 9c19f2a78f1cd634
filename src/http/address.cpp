#include "http/address.hpp"

#include <arpa/inet.h>

#include <algorithm>

namespace gatehouse::http {
namespace {

namespace ip = boost::asio::ip;

/// A null-terminated copy; nullopt if the text has a NUL or is too long to be an address.
std::optional<AddressText> terminated(std::string_view text) {
  AddressText copy{};
  if (text.size() >= copy.size() || text.contains('\0')) return std::nullopt;
  std::ranges::copy(text, copy.begin());
  return copy;
}

std::optional<ip::address> read_v4(std::string_view text) {
  const auto copy = terminated(text);
  in_addr address{};
  if (!copy || inet_pton(AF_INET, copy->data(), &address) != 1) return std::nullopt;
  return ip::address_v4{ntohl(address.s_addr)};
}

std::optional<ip::address> read_v6(std::string_view text) {
  const auto copy = terminated(text.substr(0, text.find('%')));
  in6_addr address{};
  if (!copy || inet_pton(AF_INET6, copy->data(), &address) != 1) return std::nullopt;
  ip::address_v6::bytes_type bytes{};
  std::ranges::copy(address.s6_addr, bytes.begin());
  return plain_address(ip::address_v6{bytes});
}

std::optional<ip::address> read_in_brackets(std::string_view text) {
  const auto end = text.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(end + 1);
  if (!rest.empty() && (rest[0] != ':' || !is_port(rest.substr(1)))) return std::nullopt;
  return read_v6(text.substr(1, end - 1));
}

}  // namespace

ip::address plain_address(const ip::address& address) {
  if (address.is_v4()) return address;
  const ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped()) return ip::make_address_v4(ip::v4_mapped, v6);
  return ip::address_v6{v6.to_bytes()};
}

std::optional<ip::address> read_hop(std::string_view text) {
  if (text.starts_with('[')) return read_in_brackets(text);
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return read_v4(text);
  // A second colon makes it IPv6, which cannot have a port without brackets.
  if (text.find(':', colon + 1) != std::string_view::npos) return read_v6(text);
  return is_port(text.substr(colon + 1)) ? read_v4(text.substr(0, colon)) : std::nullopt;
}

bool is_port(std::string_view text) {
  constexpr std::size_t port_digits_max = 5;
  return !text.empty() && text.size() <= port_digits_max &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

AddressBlock block_of(const ip::address& address, unsigned v6_prefix) {
  if (address.is_v4()) return {.is_v6 = false, .bits = address.to_v4().to_uint()};
  AddressBlock block{.is_v6 = true, .bits = 0};
  const ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  for (std::size_t i = 0; i < sizeof block.bits; ++i) block.bits = block.bits << 8U | bytes[i];
  block.bits &= ~std::uint64_t{0} << (64U - v6_prefix);
  return block;
}

std::string_view write_address(const ip::address& address, AddressText& buffer) {
  if (address.is_v4()) {
    const in_addr v4{htonl(address.to_v4().to_uint())};
    return inet_ntop(AF_INET, &v4, buffer.data(), INET6_ADDRSTRLEN);
  }
  const ip::address_v6::bytes_type bytes = address.to_v6().to_bytes();
  return inet_ntop(AF_INET6, bytes.data(), buffer.data(), INET6_ADDRSTRLEN);
}

}  // namespace gatehouse::http
