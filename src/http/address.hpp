#pragma once

#include <netinet/in.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::http {

/// Room for the text of an address.
using AddressText = std::array<char, INET6_ADDRSTRLEN>;

/// The address under its plainest name: IPv4-mapped IPv6 (`::ffff:192.0.2.1`), which a socket that listens on `::` sees
/// for its IPv4 clients, is IPv4, and there is no scope.
[[nodiscard]] boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// An address as proxies write it into X-Forwarded-For: IPv4 or IPv6, IPv6 also in brackets, both with a port or
/// without. Nothing for any other text. The address is a plain_address(). Allocates nothing.
[[nodiscard]] std::optional<boost::asio::ip::address> read_hop(std::string_view text);

/// Whether a text is one to five digits. A port of 65536 and above is one, too.
[[nodiscard]] bool is_port(std::string_view text);

/// What one customer of a network has: an IPv4 address, or the IPv6 addresses with the same first bits.
struct AddressBlock {
  bool is_v6 = false;
  std::uint64_t bits = 0;
  friend auto operator<=>(const AddressBlock&, const AddressBlock&) = default;
};

/// The block of a plain_address(). `v6_prefix` is 1 to 64; with 64, the default, it is what RFC 6177 says a customer
/// gets at least.
[[nodiscard]] AddressBlock block_of(const boost::asio::ip::address& address, unsigned v6_prefix = 64);

/// Writes the address into `buffer`, to which the text belongs. Allocates nothing.
[[nodiscard]] std::string_view write_address(const boost::asio::ip::address& address, AddressText& buffer);

}  // namespace gatehouse::http
