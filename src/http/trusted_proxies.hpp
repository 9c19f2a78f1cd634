#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::http {

/// Tells a client's address from its proxies'. `X-Forwarded-For` is believed only as far as it was written by trusted
/// proxies: from the right, the first address that is not one of them (OWASP ASVS 5.0, 4.1.3).
class TrustedProxies {
 public:
  /// Addresses and CIDR ranges, IPv4 and IPv6. Throws std::invalid_argument for anything else.
  explicit TrustedProxies(const std::vector<std::string>& ranges);

  [[nodiscard]] bool trusts(const boost::asio::ip::address& address) const;

  /// The client behind a trusted proxy, `peer` where the header names none. Of the lines of X-Forwarded-For each may
  /// hold several addresses with commas between; the last one of all is what the nearest proxy wrote.
  [[nodiscard]] std::string_view client_behind(std::span<const std::string_view> forwarded_for,
                                               std::string_view peer) const;

 private:
  [[nodiscard]] bool walk_back(std::string_view line, std::string_view& client) const;

  std::vector<boost::asio::ip::network_v6> ranges_;  ///< IPv4 as IPv4-mapped IPv6; no bit set behind the prefix
};

}  // namespace gatehouse::http
