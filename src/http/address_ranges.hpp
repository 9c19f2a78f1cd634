#pragma once

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <string>
#include <vector>

namespace gatehouse::http {

/// A set of addresses, as given in settings. Immutable, any thread.
class AddressRanges {
 public:
  /// Addresses and CIDR ranges, IPv4 and IPv6. Throws std::invalid_argument for anything else.
  explicit AddressRanges(const std::vector<std::string>& ranges);

  [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;

 private:
  std::vector<boost::asio::ip::network_v6> ranges_;  ///< IPv4 as IPv4-mapped IPv6; no bit set after the prefix
};

}  // namespace gatehouse::http
