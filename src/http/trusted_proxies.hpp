#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/address_ranges.hpp"

namespace gatehouse::http {

/// Tells a client's address from its proxies'. `X-Forwarded-For` is believed only as far as trusted proxies wrote it:
/// the client is the first address from the right that is not one of them (OWASP ASVS 5.0, 4.1.3).
class TrustedProxies {
 public:
  /// Addresses and CIDR ranges, IPv4 and IPv6. Throws std::invalid_argument for anything else.
  explicit TrustedProxies(const std::vector<std::string>& ranges) : ranges_(ranges) {}

  [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const { return ranges_.contains(address); }

  /// The client behind a trusted proxy, as a plain_address(); nullopt if the header names none. Each line of
  /// X-Forwarded-For may hold several comma-separated addresses; the very last one is what the nearest proxy wrote.
  /// read_hop() says which forms an address may have.
  [[nodiscard]] std::optional<boost::asio::ip::address> client_behind(
      std::span<const std::string_view> forwarded_for) const;

 private:
  [[nodiscard]] bool walk_back(std::string_view line, std::optional<boost::asio::ip::address>& client) const;

  AddressRanges ranges_;
};

}  // namespace gatehouse::http
