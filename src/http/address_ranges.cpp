#include "http/address_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

namespace gatehouse::http {
namespace {

namespace ip = boost::asio::ip;

/// IPv4 is compared as IPv4-mapped IPv6, so that it does not matter in which form an address comes.
constexpr unsigned mapped_bits = 96;

/// Drops the scope, which says nothing about an address's network.
ip::address_v6 as_v6(const ip::address& address) {
  return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4())
                         : ip::address_v6(address.to_v6().to_bytes());
}

}  // namespace

AddressRanges::AddressRanges(const std::vector<std::string>& ranges) {
  for (const std::string& text : ranges) {
    const std::size_t slash = text.find('/');
    boost::system::error_code ec;
    const ip::address address = ip::make_address(text.substr(0, slash), ec);
    const unsigned width = address.is_v4() ? 32 : 128;
    unsigned bits = width;
    if (slash != std::string::npos) {
      const char* end = text.data() + text.size();
      const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
      if (error != std::errc{} || stop != end) bits = width + 1;
    }
    if (ec || bits > width) throw std::invalid_argument("not an address or CIDR range: " + text);
    const auto prefix_bits = static_cast<unsigned short>(address.is_v4() ? bits + mapped_bits : bits);
    ranges_.push_back(ip::network_v6(as_v6(address), prefix_bits).canonical());
  }
}

bool AddressRanges::contains(const ip::address& address) const {
  if (ranges_.empty()) return false;
  return std::ranges::any_of(ranges_, [sought = as_v6(address)](const ip::network_v6& range) {
    return ip::network_v6(sought, range.prefix_length()).network() == range.address();
  });
}

}  // namespace gatehouse::http
