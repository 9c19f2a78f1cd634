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

/// The address in its simplest form: an IPv4-mapped IPv6 address (`::ffff:192.0.2.1`), which a socket listening on `::`
/// reports for an IPv4 client, becomes IPv4, and a scope is dropped.
[[nodiscard]] boost::asio::ip::address plain_address(const boost::asio::ip::address& address);

/// Reads an address as proxies write it into X-Forwarded-For: IPv4 or bracketed IPv6, each with or without a port, or
/// plain IPv6. nullopt for any other text. The result is a plain_address(). Allocates nothing.
[[nodiscard]] std::optional<boost::asio::ip::address> read_hop(std::string_view text);

/// Whether a text is one to five digits. Values above 65535 are not rejected.
[[nodiscard]] bool is_port(std::string_view text);

/// What one customer of a network has: a single IPv4 address, or all IPv6 addresses with the same prefix.
struct AddressBlock {
  bool is_v6 = false;
  std::uint64_t bits = 0;
  friend auto operator<=>(const AddressBlock&, const AddressBlock&) = default;
};

/// The block of a plain_address(). `v6_prefix` is 1 to 64; the default, 64, is the least a customer gets (RFC 6177).
[[nodiscard]] AddressBlock block_of(const boost::asio::ip::address& address, unsigned v6_prefix = 64);

/// Writes the address into `buffer`; the returned view points into it. Allocates nothing.
[[nodiscard]] std::string_view write_address(const boost::asio::ip::address& address, AddressText& buffer);

}  // namespace gatehouse::http
